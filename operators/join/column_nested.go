package join

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/spill"
	"github.com/weirdb/weir/operators/keys"
)

// nestedColumn is for structs, lists and maps, encoded one behind the other.
type nestedColumn struct {
	layout arrow.DataType
	codec  *keys.Rows
	data   []byte
	starts []int
	at     []int
}

func newNestedColumn(t arrow.DataType) (column, error) {
	codec, err := keys.NewRows([]arrow.DataType{t}, true)
	if err != nil {
		return nil, fmt.Errorf("join: keep a column of layout %s: %w", t, err)
	}
	return &nestedColumn{layout: t, codec: codec}, nil
}

func (c *nestedColumn) append(a arrow.Array, rows []uint32) {
	data, ends := c.codec.Encode([]arrow.Array{a}, rows)
	start := len(c.data)
	base := start
	for _, end := range ends {
		c.starts = append(spill.Grow(c.starts, 1), start)
		start = base + end
	}
	c.data = append(spill.Grow(c.data, len(data)), data...)
}

func (c *nestedColumn) free() {
	spill.Free(c.data)
	spill.Free(c.starts)
	c.data, c.starts = nil, nil
}

func (c *nestedColumn) take(mem memory.Allocator, ids []uint32) arrow.Array {
	c.at = c.at[:0]
	for _, id := range ids {
		c.at = append(c.at, c.starts[id])
	}
	b := array.NewBuilder(mem, c.layout)
	defer b.Release()
	c.codec.Decode([]array.Builder{b}, c.data, c.at)
	return b.NewArray()
}
