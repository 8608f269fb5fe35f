package runtime

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
)

// collectLate turns the rows that a chain put aside into late rows, each as JSON of the columns that the operator read.
func (q *query) collectLate(stage int, c *chain, now time.Time) {
	for _, l := range c.out.late {
		rows, err := q.lateRows(stage, l, now)
		if err != nil {
			q.fail(err)
		}
		q.late = append(q.late, rows...)
		q.lateN += int64(len(rows))
		l.rows.Release()
	}
	c.out.late = nil
}

func (q *query) lateRows(stage int, l lateRows, now time.Time) ([]engine.LateRow, error) {
	texts, err := jsonRows(l.rows)
	if err != nil {
		return nil, fmt.Errorf("print late rows: %w", err)
	}
	out := make([]engine.LateRow, len(texts))
	for i, text := range texts {
		out[i] = engine.LateRow{
			View: q.Name, Source: q.Source, Partition: l.partition, Row: text, At: now,
			EventTime: engine.MinTime, Watermark: q.watermark,
		}
	}
	if at := q.Stages[stage].EventTime; at >= 0 {
		times := l.rows.Column(at).(*array.Timestamp)
		for i := range out {
			if times.IsValid(i) {
				out[i].EventTime = engine.Time(times.Value(i))
			}
		}
	}
	return out, nil
}

// jsonRows prints each row as a JSON object.
func jsonRows(rows arrow.RecordBatch) ([]string, error) {
	data, err := rows.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var objects []json.RawMessage
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&objects); err != nil {
		return nil, err
	}
	out := make([]string, len(objects))
	for i, o := range objects {
		out[i] = string(o)
	}
	return out, nil
}
