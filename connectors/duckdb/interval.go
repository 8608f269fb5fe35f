package duckdb

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2/mapping"
	"github.com/weirdb/weir/engine/types"
)

// maxIntervalMicros is the longest part of an INTERVAL below a day that fits Arrow's layout, which counts nanoseconds: some 292 years.
const maxIntervalMicros = math.MaxInt64 / 1000

// checkIntervals refuses intervals that DuckDB would export with overflow, in silence.
func checkIntervals(chunk mapping.DataChunk, columns []types.Field) error {
	size := uint64(mapping.DataChunkGetSize(chunk))
	for i, c := range columns {
		vector := mapping.DataChunkGetVector(chunk, mapping.IdxT(i))
		if err := checkVector(vector, c.Type, size); err != nil {
			return columnError(c.Name, err)
		}
	}
	return nil
}

func checkVector(vector mapping.Vector, t types.Type, size uint64) error {
	switch t.ID {
	case types.Interval:
		return checkIntervalVector(vector, size)
	case types.List:
		return checkVector(mapping.ListVectorGetChild(vector), t.Element(), uint64(mapping.ListVectorGetSize(vector)))
	case types.Map:
		entries := types.StructOf(t.Fields...)
		return checkVector(mapping.ListVectorGetChild(vector), entries, uint64(mapping.ListVectorGetSize(vector)))
	case types.Struct:
		for i, f := range t.Fields {
			if err := checkVector(mapping.StructVectorGetChild(vector, mapping.IdxT(i)), f.Type, size); err != nil {
				return err
			}
		}
	}
	return nil
}

// duckInterval is an INTERVAL as it lies in DuckDB's memory.
type duckInterval struct {
	months, days int32
	micros       int64
}

func checkIntervalVector(vector mapping.Vector, size uint64) error {
	data := mapping.VectorGetData(vector)
	if size == 0 || data == nil {
		return nil
	}
	validity := mapping.VectorGetValidity(vector)
	for i, v := range unsafe.Slice((*duckInterval)(data), size) {
		if v.micros <= maxIntervalMicros && v.micros >= -maxIntervalMicros {
			continue
		}
		if validity == nil || mapping.ValidityMaskValueIsValid(validity, mapping.IdxT(i)) {
			return fmt.Errorf("an interval of %d microseconds is too long: at most %d", v.micros, int64(maxIntervalMicros))
		}
	}
	return nil
}
