package types

import "github.com/apache/arrow-go/v18/arrow"

// jsonMark says that a text is JSON, as Arrow's canonical extension type arrow.json. A client that does not know it takes the text.
var jsonMark = arrow.NewMetadata([]string{"ARROW:extension:name", "ARROW:extension:metadata"}, []string{"arrow.json", ""})

// WireSchema is Schema for clients, who know no other types than Arrow's: the layout is the same, and JSON is marked, in lists, maps and
// structs, too.
func WireSchema(columns []Field) *arrow.Schema { return arrow.NewSchema(wireFields(columns), nil) }

func wireFields(fields []Field) []arrow.Field {
	out := make([]arrow.Field, len(fields))
	for i, f := range fields {
		out[i] = arrow.Field{Name: f.Name, Type: f.Type.wire(), Nullable: true, Metadata: f.Type.mark()}
	}
	return out
}

func (t Type) mark() arrow.Metadata {
	if t.ID == JSON {
		return jsonMark
	}
	return arrow.Metadata{}
}

// wire is Arrow with what lies within marked.
func (t Type) wire() arrow.DataType {
	switch t.ID {
	case List:
		of := t.Element()
		return arrow.ListOfField(arrow.Field{Name: "item", Type: of.wire(), Nullable: true, Metadata: of.mark()})
	case Map:
		key, value := t.Fields[0].Type, t.Fields[1].Type
		return arrow.MapOfWithMetadata(key.wire(), key.mark(), value.wire(), value.mark())
	case Struct:
		return arrow.StructOf(wireFields(t.Fields)...)
	}
	return t.Arrow()
}
