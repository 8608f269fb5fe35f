package serve

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

const arrowStream = "application/vnd.apache.arrow.stream"

// answer is what weir says to a statement: its rows' number, and its columns of whole numbers and times.
type answer struct {
	rows int
	ints map[string][]int64 // by the column's name; times in µs since 1970
}

// ask runs a statement as the Grafana data source does.
func ask(ctx context.Context, client *http.Client, url, sql string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/sql", strings.NewReader(sql))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", arrowStream)
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", response.Status, body)
	}
	return body, nil
}

// decode reads an answer.
func decode(body []byte) (*answer, error) {
	r, err := ipc.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	defer r.Release()
	a := &answer{ints: map[string][]int64{}}
	for r.Next() {
		a.add(r.RecordBatch())
	}
	return a, r.Err()
}

func (a *answer) add(rows arrow.RecordBatch) {
	a.rows += int(rows.NumRows())
	for i, c := range rows.Columns() {
		name := rows.ColumnName(i)
		switch c := c.(type) {
		case *array.Int64:
			a.ints[name] = append(a.ints[name], c.Int64Values()...)
		case *array.Timestamp:
			for _, v := range c.TimestampValues() {
				a.ints[name] = append(a.ints[name], int64(v))
			}
		}
	}
}
