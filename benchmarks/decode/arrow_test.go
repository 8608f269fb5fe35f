package decode

import (
	"bytes"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// arrowJSON reads with Arrow's own reader, from one text with a record a line.
func arrowJSON(nested bool) (reader, error) {
	at := &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "auction", Type: arrow.PrimitiveTypes.Int64}, {Name: "price", Type: arrow.PrimitiveTypes.Int64}, {Name: "date_time", Type: at},
	}, nil)
	if nested {
		place := arrow.StructOf(arrow.Field{Name: "room", Type: arrow.PrimitiveTypes.Int64})
		schema = arrow.NewSchema([]arrow.Field{
			{Name: "id", Type: arrow.PrimitiveTypes.Int64}, {Name: "device", Type: arrow.StructOf(arrow.Field{Name: "place", Type: place})}, {Name: "time", Type: at},
		}, nil)
	}
	return func(records [][]byte) (sums, error) {
		r := array.NewJSONReader(bytes.NewReader(bytes.Join(records, []byte("\n"))), schema, array.WithChunk(-1))
		defer r.Release()
		if !r.Next() {
			return sums{}, r.Err()
		}
		batch := r.RecordBatch()
		number := batch.Column(1)
		if nested {
			number = number.(*array.Struct).Field(0).(*array.Struct).Field(0)
		}
		return sums{
			total(batch.Column(0).(*array.Int64).Int64Values()), total(number.(*array.Int64).Int64Values()),
			total(batch.Column(2).(*array.Timestamp).Values()) / 1000,
		}, r.Err()
	}, nil
}
