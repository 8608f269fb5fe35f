// Package types names the SQL types that columns and expressions have inside Weir. They are DuckDB's types: DuckDB parses and
// resolves them, Weir only carries them, prints them back, and knows which Arrow layout each one has in a batch.
//
// To add a type: add its ID and name to the list in names, its layout to Arrow, and a column of it to the round-trip test in
// connectors/duckdb, which writes every type to a table and reads it back.
package types

import (
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
)

// ID says which kind of type a Type is.
type ID uint8

// The kinds. Null is the type of a bare NULL and the zero value.
const (
	Null ID = iota
	Boolean
	TinyInt
	SmallInt
	Integer
	BigInt
	HugeInt
	UTinyInt
	USmallInt
	UInteger
	UBigInt
	Float
	Double
	Decimal
	Varchar
	Blob
	Date
	Time
	Timestamp
	TimestampS
	TimestampMS
	TimestampNS
	TimestampTZ
	Interval
	UUID
	JSON
	Struct
	List
	Map
)

// names are DuckDB's own, as DESCRIBE prints them.
var names = [...]string{
	Null: `"NULL"`, Boolean: "BOOLEAN", TinyInt: "TINYINT", SmallInt: "SMALLINT", Integer: "INTEGER", BigInt: "BIGINT",
	HugeInt: "HUGEINT", UTinyInt: "UTINYINT", USmallInt: "USMALLINT", UInteger: "UINTEGER", UBigInt: "UBIGINT",
	Float: "FLOAT", Double: "DOUBLE", Decimal: "DECIMAL", Varchar: "VARCHAR", Blob: "BLOB", Date: "DATE", Time: "TIME",
	Timestamp: "TIMESTAMP", TimestampS: "TIMESTAMP_S", TimestampMS: "TIMESTAMP_MS", TimestampNS: "TIMESTAMP_NS",
	TimestampTZ: "TIMESTAMP WITH TIME ZONE", Interval: "INTERVAL", UUID: "UUID", JSON: "JSON", Struct: "STRUCT",
	List: "LIST", Map: "MAP",
}

// String returns DuckDB's name of the kind.
func (id ID) String() string { return names[id] }

// MarshalText writes the kind by DuckDB's name, so that a stored plan does not depend on the order of the constants.
func (id ID) MarshalText() ([]byte, error) { return []byte(names[id]), nil }

// UnmarshalText reads what MarshalText wrote.
func (id *ID) UnmarshalText(text []byte) error {
	found, ok := ByName(string(text))
	if !ok {
		return fmt.Errorf("types: unknown type %q", text)
	}
	*id = found
	return nil
}

// ByName finds a kind by DuckDB's name, in any case. It reports false for a type that Weir does not carry.
func ByName(name string) (ID, bool) {
	for id, n := range names {
		if strings.EqualFold(n, name) {
			return ID(id), true
		}
	}
	return Null, false
}

// Type is one SQL type. Types are values: compare them with Equal.
type Type struct {
	ID ID `json:"id"`
	// Width and Scale are set for DECIMAL only: 1 <= Width <= 38, Scale <= Width.
	Width int `json:"width,omitempty"`
	Scale int `json:"scale,omitempty"`
	// Fields are a STRUCT's fields in order; the one field of a LIST, its element; the two of a MAP, key and value.
	Fields []Field `json:"fields,omitempty"`
}

// Field is a named type: a column, or a part of a STRUCT.
type Field struct {
	Name string `json:"name"`
	Type Type   `json:"type"`
}

// Of returns a type that has no parameters.
func Of(id ID) Type { return Type{ID: id} }

// DecimalOf returns DECIMAL(width, scale).
func DecimalOf(width, scale int) Type { return Type{ID: Decimal, Width: width, Scale: scale} }

// ListOf returns the LIST of an element type.
func ListOf(element Type) Type {
	return Type{ID: List, Fields: []Field{{Name: "element", Type: element}}}
}

// MapOf returns MAP(key, value).
func MapOf(key, value Type) Type {
	return Type{ID: Map, Fields: []Field{{Name: "key", Type: key}, {Name: "value", Type: value}}}
}

// StructOf returns a STRUCT of the given fields.
func StructOf(fields ...Field) Type { return Type{ID: Struct, Fields: fields} }

// Element is a LIST's element type.
func (t Type) Element() Type { return t.Fields[0].Type }

// Equal reports whether two types are the same, field names included.
func (t Type) Equal(o Type) bool {
	if t.ID != o.ID || t.Width != o.Width || t.Scale != o.Scale || len(t.Fields) != len(o.Fields) {
		return false
	}
	for i, f := range t.Fields {
		if f.Name != o.Fields[i].Name || !f.Type.Equal(o.Fields[i].Type) {
			return false
		}
	}
	return true
}

// String prints the type as DuckDB's DESCRIBE does; DuckDB reads it back as the same type.
func (t Type) String() string {
	switch t.ID {
	case Decimal:
		return fmt.Sprintf("DECIMAL(%d,%d)", t.Width, t.Scale)
	case List:
		return t.Element().String() + "[]"
	case Map:
		return fmt.Sprintf("MAP(%s, %s)", t.Fields[0].Type, t.Fields[1].Type)
	case Struct:
		parts := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			parts[i] = QuoteIdent(f.Name) + " " + f.Type.String()
		}
		return "STRUCT(" + strings.Join(parts, ", ") + ")"
	}
	return t.ID.String()
}

// Unnamed reports whether a type has a STRUCT without names in it, as row(x, y) makes it: SQL has no word for it, and a table cannot
// store one.
func (t Type) Unnamed() bool {
	for _, f := range t.Fields {
		if t.ID == Struct && f.Name == "" || f.Type.Unnamed() {
			return true
		}
	}
	return false
}

// Nested reports whether values of the type hold values of other types.
func (t Type) Nested() bool { return t.ID == Struct || t.ID == List || t.ID == Map }

// Integral reports whether the type is an integer of at most 64 bits.
func (t Type) Integral() bool {
	switch t.ID {
	case TinyInt, SmallInt, Integer, BigInt, UTinyInt, USmallInt, UInteger, UBigInt:
		return true
	}
	return false
}

// Numeric reports whether values of the type are numbers.
func (t Type) Numeric() bool {
	return t.Integral() || t.ID == HugeInt || t.ID == Float || t.ID == Double || t.ID == Decimal
}

// Moment reports whether values of the type are points in time.
func (t Type) Moment() bool {
	switch t.ID {
	case Timestamp, TimestampS, TimestampMS, TimestampNS, TimestampTZ:
		return true
	}
	return false
}

// Arrow is the layout that values of the type have in a batch. HUGEINT takes a 128-bit decimal whose digits may pass 38;
// UUID and JSON are strings in canonical form; intervals are months, days and nanoseconds.
func (t Type) Arrow() arrow.DataType {
	switch t.ID {
	case Decimal:
		return &arrow.Decimal128Type{Precision: int32(t.Width), Scale: int32(t.Scale)}
	case List:
		return arrow.ListOf(t.Element().Arrow())
	case Map:
		return arrow.MapOf(t.Fields[0].Type.Arrow(), t.Fields[1].Type.Arrow())
	case Struct:
		return arrow.StructOf(ArrowFields(t.Fields)...)
	}
	return plainLayouts[t.ID]
}

var plainLayouts = [...]arrow.DataType{
	Null: arrow.Null, Boolean: arrow.FixedWidthTypes.Boolean,
	TinyInt: arrow.PrimitiveTypes.Int8, SmallInt: arrow.PrimitiveTypes.Int16, Integer: arrow.PrimitiveTypes.Int32,
	BigInt: arrow.PrimitiveTypes.Int64, HugeInt: &arrow.Decimal128Type{Precision: 38},
	UTinyInt: arrow.PrimitiveTypes.Uint8, USmallInt: arrow.PrimitiveTypes.Uint16, UInteger: arrow.PrimitiveTypes.Uint32,
	UBigInt: arrow.PrimitiveTypes.Uint64, Float: arrow.PrimitiveTypes.Float32, Double: arrow.PrimitiveTypes.Float64,
	Varchar: arrow.BinaryTypes.String, Blob: arrow.BinaryTypes.Binary, Date: arrow.FixedWidthTypes.Date32,
	Time: arrow.FixedWidthTypes.Time64us, Timestamp: &arrow.TimestampType{Unit: arrow.Microsecond},
	TimestampS: &arrow.TimestampType{Unit: arrow.Second}, TimestampMS: &arrow.TimestampType{Unit: arrow.Millisecond},
	TimestampNS: &arrow.TimestampType{Unit: arrow.Nanosecond}, TimestampTZ: arrow.FixedWidthTypes.Timestamp_us,
	Interval: arrow.FixedWidthTypes.MonthDayNanoInterval, UUID: arrow.BinaryTypes.String, JSON: arrow.BinaryTypes.String,
	Map: nil, // keeps the table as long as the list of kinds; nested kinds are built in Arrow
}

// ArrowFields lays out named types as nullable Arrow fields.
func ArrowFields(fields []Field) []arrow.Field {
	out := make([]arrow.Field, len(fields))
	for i, f := range fields {
		out[i] = arrow.Field{Name: f.Name, Type: f.Type.Arrow(), Nullable: true}
	}
	return out
}

// Schema lays out columns as an Arrow schema.
func Schema(columns []Field) *arrow.Schema { return arrow.NewSchema(ArrowFields(columns), nil) }

// QuoteIdent quotes an identifier for SQL.
func QuoteIdent(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// QuoteString quotes a string literal for SQL.
func QuoteString(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
