package file

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/weirdb/weir/engine"
)

// emit converts columns, n rows at the given positions, and puts them in the fetch. Rows with a value that is none of its
// column's type go to the dead letters as original shows them. The columns are borrowed, the offsets taken.
func (p *partition) emit(f *engine.Fetch, in []arrow.Array, offsets []int64, original func(row int) []byte) error {
	n := len(offsets)
	out, err := p.convert(in, n)
	if err != nil {
		return err
	}
	defer out.release()
	if len(out.bad) > 0 {
		if offsets, err = p.setAside(f, &out, offsets, original); err != nil {
			return err
		}
	}
	if len(offsets) > 0 {
		f.Rows = array.NewRecordBatch(p.schema(out.columns), out.columns, int64(len(offsets)))
		f.Offsets = offsets
	}
	return nil
}

// setAside moves the bad rows to the dead letters and returns the positions of the others.
func (p *partition) setAside(f *engine.Fetch, out *converted, offsets []int64, original func(row int) []byte) ([]int64, error) {
	good := make([]int64, 0, len(offsets)-len(out.bad))
	for row, offset := range offsets {
		if out.bad[row] == "" {
			good = append(good, offset)
			continue
		}
		f.Rejects = append(f.Rejects, engine.DeadLetter{Offset: offset, Value: original(row), Reason: out.bad[row]})
	}
	slices.SortStableFunc(f.Rejects, func(a, b engine.DeadLetter) int { return int(a.Offset - b.Offset) })
	return good, out.drop(len(offsets), p.mem)
}

func (p *partition) schema(columns []arrow.Array) *arrow.Schema {
	fields := make([]arrow.Field, len(columns))
	for i, column := range columns {
		fields[i] = arrow.Field{Name: p.columns[i].Name, Type: column.DataType(), Nullable: true}
	}
	return arrow.NewSchema(fields, nil)
}

// countFrom returns n positions from first on.
func countFrom(first int64, n int) []int64 {
	offsets := make([]int64, n)
	for i := range offsets {
		offsets[i] = first + int64(i)
	}
	return offsets
}
