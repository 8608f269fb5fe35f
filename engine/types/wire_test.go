package types

import (
	"bytes"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/extensions"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// A client that knows arrow.json finds it wherever JSON stands, and any client finds the layout that batches have.
func TestWireSchema(t *testing.T) {
	json := Of(JSON)
	columns := []Field{{"plain", Of(Varchar)}, {"doc", json}, {"docs", ListOf(json)}, {"by", MapOf(Of(Varchar), json)},
		{"within", StructOf(Field{"a", json}, Field{"b", Of(Varchar)})}}
	wire := WireSchema(columns)
	for i, f := range Schema(columns).Fields() {
		if !arrow.TypeEqual(f.Type, wire.Field(i).Type) {
			t.Errorf("%s is laid out as %s, and batches as %s", f.Name, wire.Field(i).Type, f.Type)
		}
	}
	var sent bytes.Buffer
	w := ipc.NewWriter(&sent, ipc.WithSchema(wire))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := ipc.NewReader(&sent)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	known, err := extensions.NewJSONType(arrow.BinaryTypes.String)
	if err != nil {
		t.Fatal(err)
	}
	text := arrow.BinaryTypes.String
	want := []arrow.DataType{text, known, arrow.ListOf(known), arrow.MapOf(text, known),
		arrow.StructOf(arrow.Field{Name: "a", Type: known, Nullable: true}, arrow.Field{Name: "b", Type: text, Nullable: true})}
	for i, f := range r.Schema().Fields() {
		if !arrow.TypeEqual(f.Type, want[i]) {
			t.Errorf("%s comes as %s, want %s", f.Name, f.Type, want[i])
		}
	}
}
