package keys

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/spill"
)

// wordKeys is for one column of at most 64 bits.
type wordKeys struct {
	table *wordTable
	words []uint64
	valid []bool
}

func (k *wordKeys) find(columns []arrow.Array, rows, owners, groups []uint32) {
	k.words = slices.Grow(k.words[:0], len(rows))[:len(rows)]
	words(columns[0], rows, k.words)
	markNulls(columns[0], rows, owners)
	k.table.find(k.words, owners, groups)
}

func (k *wordKeys) append(builders []array.Builder, groups []uint32) {
	k.words, k.valid = k.words[:0], k.valid[:0]
	null := uint32(0)
	for _, g := range groups {
		c := k.table.cells[g]
		k.words, k.valid = append(k.words, c.word), append(k.valid, c.owner&1 == 0)
		null |= c.owner & 1
	}
	appendWords(builders[0], k.words, validOrNil(k.valid, null != 0))
}

// validOrNil returns nil, which stands for no NULLs, if there are none.
func validOrNil(valid []bool, nulls bool) []bool {
	if nulls {
		return valid
	}
	return nil
}

func (k *wordKeys) owner(group uint32) uint32 { return k.table.cells[group].owner }
func (k *wordKeys) length() int               { return len(k.table.cells) }
func (k *wordKeys) bytes() int                { return 8 * len(k.table.cells) }
func (k *wordKeys) reset()                    { k.table.reset() }
func (k *wordKeys) free()                     { k.table.free() }

// textKeys is for one column of strings or binary values.
type textKeys struct{ table *byteTable }

func (k *textKeys) find(columns []arrow.Array, rows, owners, groups []uint32) {
	offsets, data := Bytes(columns[0])
	markNulls(columns[0], rows, owners)
	for len(rows) > 0 {
		n := min(len(rows), probesAtOnce)
		k.table.prepare(data, offsets, rows[:n], owners[:n])
		k.table.find(data, groups[:n])
		rows, owners, groups = rows[n:], owners[n:], groups[n:]
	}
}

func (k *textKeys) append(builders []array.Builder, groups []uint32) {
	b := bytesBuilder(builders[0])
	b.Reserve(len(groups))
	for _, g := range groups {
		if k.table.cells[g].owner&1 == 1 {
			b.AppendNull()
			continue
		}
		b.Append(k.table.key(g))
	}
}

func (k *textKeys) owner(group uint32) uint32 { return k.table.cells[group].owner }
func (k *textKeys) length() int               { return len(k.table.cells) }
func (k *textKeys) bytes() int                { return len(k.table.arena) }
func (k *textKeys) reset()                    { k.table.reset() }
func (k *textKeys) free()                     { k.table.free() }

// encodedKeys is for everything else.
type encodedKeys struct {
	table  *byteTable
	normal *Rows
	exact  *exactKeys // nil where equal keys look the same
	at     []int
}

// exactKeys keeps each key as the group's first row had it, beside the form in which keys are compared.
type exactKeys struct {
	rows   *Rows
	data   []byte
	starts []int
	fresh  []uint32 // rows in hand that began a group
}

func newEncodedKeys(columns []arrow.DataType) (*encodedKeys, error) {
	normal, err := NewRows(columns, false)
	if err != nil {
		return nil, err
	}
	k := &encodedKeys{table: newByteTable(), normal: normal}
	if slices.ContainsFunc(columns, lossy) {
		exact, err := NewRows(columns, true)
		k.exact = &exactKeys{rows: exact}
		return k, err
	}
	return k, nil
}

func (k *encodedKeys) find(columns []arrow.Array, rows, owners, groups []uint32) {
	data, ends := k.normal.Encode(columns, rows)
	start, known := 0, uint32(k.length())
	for from := 0; from < len(rows); from += probesAtOnce {
		to := min(from+probesAtOnce, len(rows))
		for i, end := range ends[from:to] {
			k.table.prepareOne(i, data, start, end, owners[from+i])
			start = end
		}
		k.table.find(data, groups[from:to])
	}
	if k.exact != nil {
		k.exact.keep(columns, rows, groups, known)
	}
}

// keep stores the rows that began a group: groups are numbered in the order of their first rows, from known on.
func (e *exactKeys) keep(columns []arrow.Array, rows, groups []uint32, known uint32) {
	e.fresh = e.fresh[:0]
	for i, g := range groups {
		if g == known {
			known++
			e.fresh = append(e.fresh, rows[i])
		}
	}
	data, ends := e.rows.Encode(columns, e.fresh)
	start, base := 0, len(e.data)
	for _, end := range ends {
		e.starts = append(spill.Grow(e.starts, 1), base+start)
		start = end
	}
	e.data = append(spill.Grow(e.data, len(data)), data...)
}

func (k *encodedKeys) append(builders []array.Builder, groups []uint32) {
	k.at = k.at[:0]
	if k.exact != nil {
		for _, g := range groups {
			k.at = append(k.at, k.exact.starts[g])
		}
		k.exact.rows.Decode(builders, k.exact.data, k.at)
		return
	}
	for _, g := range groups {
		k.at = append(k.at, k.table.start(g))
	}
	k.normal.Decode(builders, k.table.arena, k.at)
}

func (k *encodedKeys) owner(group uint32) uint32 { return k.table.cells[group].owner }
func (k *encodedKeys) length() int               { return len(k.table.cells) }
func (k *encodedKeys) bytes() int                { return len(k.table.arena) }

func (k *encodedKeys) free() {
	k.table.free()
	if k.exact != nil {
		spill.Free(k.exact.data)
		spill.Free(k.exact.starts)
		k.exact.data, k.exact.starts = nil, nil
	}
}

func (k *encodedKeys) reset() {
	k.table.reset()
	if k.exact != nil {
		k.exact.data, k.exact.starts = k.exact.data[:0], k.exact.starts[:0]
	}
}
