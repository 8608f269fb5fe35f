package server

import (
	"context"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/extensions"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/weirdb/weir/engine/types"
)

// Documents come as Arrow's JSON, beside texts that are just texts; a list of them too.
func TestArrowMarksJSON(t *testing.T) {
	columns := []types.Field{{Name: "doc", Type: types.Of(types.JSON)}, {Name: "text", Type: types.Of(types.Varchar)}, {Name: "docs", Type: types.ListOf(types.Of(types.JSON))}}
	b := &fakeBackend{query: func(context.Context, string, Limits) (*Result, error) {
		rows, _, err := array.RecordFromJSON(checked(t), types.Schema(columns), strings.NewReader(`[{"doc": "{\"a\":1}", "text": "{}", "docs": ["[1]", null]}, {"doc": null}]`))
		if err != nil {
			return nil, err
		}
		defer rows.Release()
		reader, err := array.NewRecordReader(rows.Schema(), []arrow.RecordBatch{rows})
		return NewResult(columns, reader, nil), err
	}}
	_, text := ask(t, "POST", start(t, b, Options{}).URL+"/v1/sql", "FROM hot", "Accept", "application/vnd.apache.arrow.stream")
	in, err := ipc.NewReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	defer in.Release()
	if !in.Next() {
		t.Fatalf("no rows: %v", in.Err())
	}
	rows := in.RecordBatch()
	docs, ok := rows.Column(0).(*extensions.JSONArray)
	if !ok || string(docs.ValueBytes(0)) != `{"a":1}` || !docs.IsNull(1) {
		t.Errorf("documents come as %s: %v", rows.Column(0).DataType(), rows.Column(0))
	}
	if _, ok := rows.Column(1).(*array.String); !ok {
		t.Errorf("texts come as %s", rows.Column(1).DataType())
	}
	within, ok := rows.Column(2).(*array.List).ListValues().(*extensions.JSONArray)
	if !ok || string(within.ValueBytes(0)) != "[1]" {
		t.Errorf("lists of documents come as %s", rows.Column(2).DataType())
	}
}
