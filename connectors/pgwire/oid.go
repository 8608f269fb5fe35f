package pgwire

import (
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/weirdb/weir/engine/types"
)

// wireType is the type of PostgreSQL's that values of a DuckDB type are sent as.
type wireType struct {
	oid  uint32
	size int16 // bytes of a value, -1 if they differ
}

// wireTypes are PostgreSQL's types for DuckDB's. PostgreSQL has no unsigned integers, nor any of 8 or 128 bits: the next one that holds
// all values takes their place. What is nested is JSON.
var wireTypes = map[types.ID]wireType{
	types.Null: {pgtype.TextOID, -1}, types.Boolean: {pgtype.BoolOID, 1},
	types.TinyInt: {pgtype.Int2OID, 2}, types.UTinyInt: {pgtype.Int2OID, 2}, types.SmallInt: {pgtype.Int2OID, 2},
	types.USmallInt: {pgtype.Int4OID, 4}, types.Integer: {pgtype.Int4OID, 4},
	types.UInteger: {pgtype.Int8OID, 8}, types.BigInt: {pgtype.Int8OID, 8},
	types.UBigInt: {pgtype.NumericOID, -1}, types.HugeInt: {pgtype.NumericOID, -1}, types.Decimal: {pgtype.NumericOID, -1},
	types.Float: {pgtype.Float4OID, 4}, types.Double: {pgtype.Float8OID, 8},
	types.Varchar: {pgtype.TextOID, -1}, types.Blob: {pgtype.ByteaOID, -1}, types.UUID: {pgtype.UUIDOID, 16},
	types.Date: {pgtype.DateOID, 4}, types.Time: {pgtype.TimeOID, 8}, types.Timestamp: {pgtype.TimestampOID, 8},
	types.TimestampS: {pgtype.TimestampOID, 8}, types.TimestampMS: {pgtype.TimestampOID, 8}, types.TimestampNS: {pgtype.TimestampOID, 8},
	types.TimestampTZ: {pgtype.TimestamptzOID, 8}, types.Interval: {pgtype.IntervalOID, 16},
	types.JSON: {pgtype.JSONOID, -1}, types.Struct: {pgtype.JSONOID, -1}, types.List: {pgtype.JSONOID, -1}, types.Map: {pgtype.JSONOID, -1},
}

// modifier is PostgreSQL's typmod: precision and scale of a numeric, else -1.
func modifier(t types.Type) int32 {
	const header = 4
	if t.ID != types.Decimal {
		return -1
	}
	return (int32(t.Width)<<16 | int32(t.Scale)) + header
}

// rowDescription describes columns. Formats are as in Bind: none for text, one for all columns, or one for each.
func rowDescription(columns []types.Field, formats []int16) *pgproto3.RowDescription {
	out := &pgproto3.RowDescription{Fields: make([]pgproto3.FieldDescription, len(columns))}
	for i, c := range columns {
		w := wireTypes[c.Type.ID]
		out.Fields[i] = pgproto3.FieldDescription{Name: []byte(c.Name), DataTypeOID: w.oid, DataTypeSize: w.size,
			TypeModifier: modifier(c.Type), Format: formatOf(formats, i)}
	}
	return out
}

func formatOf(formats []int16, i int) int16 {
	switch len(formats) {
	case 0:
		return pgtype.TextFormatCode
	case 1:
		return formats[0]
	}
	return formats[i]
}
