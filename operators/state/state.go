// Package state is what operators that write their state as rows, each with its key, have in common: a snapshot is batches in
// named sections, and every instance reads all of them and takes the rows whose key it owns.
//
//	Write(w, "left", rows) ──► section left ──► Read(r, "left", …) ──► Owned: the rows of this instance
package state

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
	"github.com/weirdb/weir/operators/rowstore"
)

// MaxRows is how many rows to put in a batch.
const MaxRows = 8192

// Write writes a batch, which it releases.
func Write(w engine.StateWriter, section string, rows arrow.RecordBatch) error {
	defer rows.Release()
	if err := w.Write(section, rows); err != nil {
		return fmt.Errorf("write state %s: %w", section, err)
	}
	return nil
}

// WriteRows writes rows of a store.
func WriteRows(w engine.StateWriter, section string, from *rowstore.Store, refs []rowstore.Ref, mem memory.Allocator) error {
	for len(refs) > 0 {
		some := refs[:min(len(refs), MaxRows)]
		if err := Write(w, section, from.Take(some, mem)); err != nil {
			return err
		}
		refs = refs[len(some):]
	}
	return nil
}

// Read gives yield each batch of a section.
func Read(r engine.StateReader, section string, yield func(rows arrow.RecordBatch)) error {
	err := r.Read(section, func(rows arrow.RecordBatch) error {
		yield(rows)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read state %s: %w", section, err)
	}
	return nil
}

// Owned lists the rows whose key the reading instance is responsible for.
func Owned(r engine.StateReader, key []arrow.Array, rows int64) []uint32 {
	hashes := make([]uint64, rows)
	keys.Hash(key, hashes)
	var mine []uint32
	for i, h := range hashes {
		if r.Owns(h) {
			mine = append(mine, uint32(i))
		}
	}
	return mine
}

// Schema is that of a section: the columns of a key, and others.
func Schema(input []types.Field, key []int, others ...types.Field) *arrow.Schema {
	var fields []types.Field
	for i, c := range key {
		fields = append(fields, types.Field{Name: fmt.Sprintf("key%d", i), Type: input[c].Type})
	}
	return types.Schema(append(fields, others...))
}

// boundSection holds one row: the time up to which an instance has emitted.
const boundSection = "bound"

var boundSchema = types.Schema([]types.Field{{Name: "before", Type: types.Of(types.BigInt)}})

// WriteBound writes the time up to which the instance has emitted.
func WriteBound(w engine.StateWriter, bound int64, mem memory.Allocator) error {
	b := array.NewRecordBuilder(mem, boundSchema)
	defer b.Release()
	b.Field(0).(*array.Int64Builder).Append(bound)
	return Write(w, boundSection, b.NewRecordBatch())
}

// ReadBound returns the greatest time that was written, at least bound.
func ReadBound(r engine.StateReader, bound int64) (int64, error) {
	err := Read(r, boundSection, func(rows arrow.RecordBatch) {
		for _, t := range keys.Values[int64](rows.Column(0)) {
			bound = max(bound, t)
		}
	})
	return bound, err
}
