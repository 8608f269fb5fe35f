package flightsql

import (
	"context"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql/schema_ref"
	"github.com/weirdb/weir/engine/types"
)

// xdbcType is a type as JDBC and ODBC describe it.
type xdbcType struct {
	of       types.ID
	code     int32 // XdbcDataType
	size     int32 // digits, bytes or characters
	radix    int32 // 0 for what is no number
	quoted   bool  // literals stand in quotation marks
	unsigned bool
}

// xdbcTypes are those that have a code, in its order.
var xdbcTypes = []xdbcType{
	{of: types.Boolean, code: -7, size: 1}, {of: types.TinyInt, code: -6, size: 3, radix: 10}, {of: types.UTinyInt, code: -6, size: 3, radix: 10, unsigned: true},
	{of: types.BigInt, code: -5, size: 19, radix: 10}, {of: types.UBigInt, code: -5, size: 20, radix: 10, unsigned: true}, {of: types.Blob, code: -3, quoted: true},
	{of: types.Decimal, code: 3, size: 38, radix: 10}, {of: types.HugeInt, code: 3, size: 38, radix: 10}, {of: types.Integer, code: 4, size: 10, radix: 10},
	{of: types.UInteger, code: 4, size: 10, radix: 10, unsigned: true}, {of: types.SmallInt, code: 5, size: 5, radix: 10},
	{of: types.USmallInt, code: 5, size: 5, radix: 10, unsigned: true}, {of: types.Float, code: 7, size: 24, radix: 2}, {of: types.Double, code: 8, size: 53, radix: 2},
	{of: types.Varchar, code: 12, quoted: true}, {of: types.UUID, code: 12, size: 36, quoted: true}, {of: types.Date, code: 91, size: 10, quoted: true},
	{of: types.Time, code: 92, size: 15, quoted: true}, {of: types.Timestamp, code: 93, size: 26, quoted: true}, {of: types.TimestampTZ, code: 93, size: 29, quoted: true},
}

// GetFlightInfoXdbcTypeInfo implements flightsql.Server.
func (s *Server) GetFlightInfoXdbcTypeInfo(_ context.Context, _ flightsql.GetXdbcTypeInfo, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return s.info(d, d.GetCmd(), schema_ref.XdbcTypeInfo), nil
}

// DoGetXdbcTypeInfo implements flightsql.Server.
func (s *Server) DoGetXdbcTypeInfo(_ context.Context, q flightsql.GetXdbcTypeInfo) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return one(s.rows(schema_ref.XdbcTypeInfo, func(b *array.RecordBuilder) {
		for _, t := range xdbcTypes {
			if q.GetDataType() == nil || *q.GetDataType() == t.code {
				t.append(b)
			}
		}
	}))
}

// What JDBC's getTypeInfo says of every type here.
const (
	xdbcNullable   = 1 // columns of it may hold NULL
	xdbcSearchable = 3 // it may stand in any WHERE
)

// append appends the type as a row; the columns that say nothing of it are NULL.
func (t *xdbcType) append(b *array.RecordBuilder) {
	name, _, _ := strings.Cut(types.Of(t.of).String(), "(")
	values := map[string]any{"type_name": name, "local_type_name": name, "data_type": t.code, "sql_data_type": t.code, "nullable": int32(xdbcNullable),
		"searchable": int32(xdbcSearchable), "case_sensitive": t.of == types.Varchar, "fixed_prec_scale": false, "auto_increment": false, "unsigned_attribute": t.unsigned}
	if t.size > 0 {
		values["column_size"] = t.size
	}
	if t.radix > 0 {
		values["num_prec_radix"] = t.radix
	}
	if t.quoted {
		values["literal_prefix"], values["literal_suffix"] = "'", "'"
	}
	for i, f := range b.Schema().Fields() {
		switch v := values[f.Name].(type) {
		case string:
			b.Field(i).(*array.StringBuilder).Append(v)
		case int32:
			b.Field(i).(*array.Int32Builder).Append(v)
		case bool:
			b.Field(i).(*array.BooleanBuilder).Append(v)
		default:
			b.Field(i).AppendNull()
		}
	}
}
