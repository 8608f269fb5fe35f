package join

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/types"
)

// rows keeps rows by column. They are numbered from 0 in the order in which they came.
type rows struct{ columns []column }

func newRows(fields []types.Field) (*rows, error) {
	r := &rows{}
	for _, f := range fields {
		c, err := newColumn(f.Type.Arrow())
		if err != nil {
			return nil, err
		}
		r.columns = append(r.columns, c)
	}
	return r, nil
}

// append copies the chosen rows of a batch's columns.
func (r *rows) append(columns []arrow.Array, chosen []uint32) {
	for i, c := range r.columns {
		c.append(columns[i], chosen)
	}
}

func (r *rows) free() {
	for _, c := range r.columns {
		c.free()
	}
}

// take appends the columns of the given rows to dst. The caller releases them.
func (r *rows) take(mem memory.Allocator, ids []uint32, dst []arrow.Array) []arrow.Array {
	for _, c := range r.columns {
		dst = append(dst, c.take(mem, ids))
	}
	return dst
}
