package decode

import (
	"errors"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/connectors/format/json"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// weir reads with this project's decoder. Of device it is asked for the fields that are read, and no more.
func weir(nested bool) (reader, error) {
	f, err := json.Spec.New(nil, nil)
	if err != nil {
		return nil, err
	}
	bigint := types.Of(types.BigInt)
	fields := []types.Field{{Name: "auction", Type: bigint}, {Name: "price", Type: bigint}, {Name: "date_time", Type: types.Of(types.Timestamp)}}
	if nested {
		place := types.StructOf(types.Field{Name: "place", Type: types.StructOf(types.Field{Name: "room", Type: bigint})})
		fields = []types.Field{{Name: "id", Type: bigint}, {Name: "device", Type: place}, {Name: "time", Type: types.Of(types.Timestamp)}}
	}
	d, err := f.NewDecoder(fields)
	if err != nil {
		return nil, err
	}
	var in []engine.Record
	return func(records [][]byte) (sums, error) {
		in = in[:0]
		for _, r := range records {
			in = append(in, engine.Record{Value: r})
		}
		out, err := d.Decode(in)
		if err != nil {
			return sums{}, err
		}
		defer out.Rows.Release()
		if len(out.Rejects) > 0 {
			return sums{}, errors.New(out.Rejects[0].Reason)
		}
		number := out.Rows.Column(1)
		if nested {
			number = number.(*array.Struct).Field(0).(*array.Struct).Field(0)
		}
		return sums{
			total(out.Rows.Column(0).(*array.Int64).Int64Values()), total(number.(*array.Int64).Int64Values()),
			total(out.Rows.Column(2).(*array.Timestamp).Values()) / 1000,
		}, nil
	}, nil
}
