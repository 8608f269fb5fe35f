package server

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/weirdb/weir/engine/types"
)

const parquetType = "application/vnd.apache.parquet"

// TestSQLAsParquet: the answer is one Parquet file with the columns and rows, of several batches, and a cut is told.
func TestSQLAsParquet(t *testing.T) {
	b, _, closed := answering(t, nil, 3, 4)
	s := start(t, b, Options{})
	answer, text := ask(t, "POST", s.URL+"/v1/sql?limit=5", "FROM hot", "Accept", parquetType)
	if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != parquetType || answer.Trailer.Get("Weir-Truncated") != "true" || *closed != 1 {
		t.Fatalf("got %d %v %v", answer.StatusCode, answer.Header, answer.Trailer)
	}
	table := readParquet(t, text)
	defer table.Release()
	if table.NumRows() != 5 || table.NumCols() != 3 || table.Schema().Field(2).Name != "bids" {
		t.Fatalf("got %d rows of %s", table.NumRows(), table.Schema())
	}
	if bids := table.Column(2).Data().Chunk(0).(*array.Int64); bids.Value(4) != 4 {
		t.Errorf("the last of bids is %d, want 4", bids.Value(4))
	}
}

func readParquet(t *testing.T, text string) arrow.Table {
	t.Helper()
	in, err := file.NewParquetReader(bytes.NewReader([]byte(text)))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	r, err := pqarrow.NewFileReader(in, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	table, err := r.ReadTable(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestParquetRefuses: a type that Parquet does not have is refused with a way out, and nothing is sent as if it were a file.
func TestParquetRefuses(t *testing.T) {
	columns := []types.Field{{Name: "span", Type: types.Of(types.Interval)}}
	b := &fakeBackend{query: func(context.Context, string, Limits) (*Result, error) {
		build := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(columns))
		defer build.Release()
		build.Field(0).(*array.MonthDayNanoIntervalBuilder).Append(arrow.MonthDayNanoInterval{Months: 1})
		rows := build.NewRecordBatch()
		defer rows.Release()
		reader, err := array.NewRecordReader(rows.Schema(), []arrow.RecordBatch{rows})
		return NewResult(columns, reader, nil), err
	}}
	s := start(t, b, Options{})
	answer, text := ask(t, "POST", s.URL+"/v1/sql", "FROM hot", "Accept", parquetType)
	if answer.StatusCode != 400 || !strings.Contains(text, "CAST(x AS VARCHAR)") {
		t.Errorf("got %d %s", answer.StatusCode, text)
	}
}
