package aggregate

import (
	"bytes"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// textExtreme is min or max of strings and binary values, by the order of their bytes.
type textExtreme struct {
	pieces
	kind types.Type
	max  bool
}

func (e *textExtreme) update(groups, rows []uint32, args []arrow.Array) error {
	offsets, data := keys.Bytes(args[0])
	for i, g := range groups {
		r := rows[i]
		value := data[offsets[r]:offsets[r+1]]
		if c := &e.at[g]; !c.seen || e.better(value, e.value(c)) {
			e.put(c, value)
		}
	}
	e.tidy()
	return nil
}

func (e *textExtreme) better(a, b []byte) bool {
	if e.max {
		return bytes.Compare(a, b) > 0
	}
	return bytes.Compare(a, b) < 0
}

func (e *textExtreme) state() []types.Type { return []types.Type{e.kind} }

func (e *textExtreme) save(groups []uint32, b []array.Builder) { e.append(groups, b[0]) }

func (e *textExtreme) merge(groups, rows []uint32, saved []arrow.Array) error {
	return mergeExtreme(e, groups, rows, saved)
}

func (e *textExtreme) result(groups []uint32, b array.Builder) error {
	e.append(groups, b)
	return nil
}

func (e *textExtreme) append(groups []uint32, b array.Builder) {
	for _, g := range groups {
		c := &e.at[g]
		if !c.seen {
			b.AppendNull()
			continue
		}
		keys.AppendBytes(b, e.value(c))
	}
}
