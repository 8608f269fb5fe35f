package keys

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// Table numbers the distinct keys that it is shown. One goroutine uses it.
type Table struct {
	numbering
	columns []arrow.DataType
	owners  []uint32 // of the rows in hand, with the NULL bit
}

// numbering is one of the ways to store keys.
type numbering interface {
	// find numbers rows; owners is one for each of them.
	find(columns []arrow.Array, rows, owners, groups []uint32)
	append(builders []array.Builder, groups []uint32)
	owner(group uint32) uint32
	length() int
	bytes() int
	reset()
	free()
}

// New makes a table for keys of the given layouts. Without any there is one key, the empty one.
func New(columns []arrow.DataType) (*Table, error) {
	n, err := newNumbering(columns)
	return &Table{numbering: n, columns: columns}, err
}

func newNumbering(columns []arrow.DataType) (numbering, error) {
	switch {
	case len(columns) == 0:
		return &emptyKeys{}, nil
	case len(columns) == 1 && wordSized(columns[0]) && !floating(columns[0]):
		return &wordKeys{table: newWordTable()}, nil
	case len(columns) == 1 && (columns[0].ID() == arrow.STRING || columns[0].ID() == arrow.BINARY):
		return &textKeys{table: newByteTable()}, nil
	case packable(columns):
		return newPackedKeys(len(columns)), nil
	}
	return newEncodedKeys(columns)
}

// Find sets groups[i] to the number of the key that the columns have at rows[i], a new one if the key is new.
func (t *Table) Find(columns []arrow.Array, rows, groups []uint32) {
	if len(rows) == 0 {
		return
	}
	t.owners = slices.Grow(t.owners[:0], len(rows))[:len(rows)]
	clear(t.owners)
	t.find(columns, rows, t.owners, groups)
}

// FindOwned is Find for keys that belong to an owner, which is part of the key: owners[i] < 1<<31 owns rows[i].
func (t *Table) FindOwned(columns []arrow.Array, owners, rows, groups []uint32) {
	if len(rows) == 0 {
		return
	}
	t.owners = t.owners[:0]
	for _, o := range owners {
		t.owners = append(t.owners, o<<1)
	}
	t.find(columns, rows, t.owners, groups)
}

// Append appends the keys of the given groups to the builders, one for each column.
func (t *Table) Append(builders []array.Builder, groups []uint32) { t.append(builders, groups) }

// Owner returns the owner of a key, 0 if it was found without.
func (t *Table) Owner(group uint32) uint32 { return t.owner(group) >> 1 }

// Len returns how many keys there are. They are numbered from 0.
func (t *Table) Len() int { return t.length() }

// Bytes returns about how much the keys take.
func (t *Table) Bytes() int { return t.bytes() }

// Reset forgets all keys and keeps the memory.
func (t *Table) Reset() { t.reset() }

// Free gives back the memory of a table that is not used any more.
func (t *Table) Free() { t.free() }

// markNulls sets the low bit of the owners of rows that are NULL.
func markNulls(a arrow.Array, rows, owners []uint32) {
	valid := ValidityOf(a)
	if !valid.Any() {
		return
	}
	for i, r := range rows {
		if valid.Null(r) {
			owners[i] |= 1
		}
	}
}

// emptyKeys is for rows without key columns.
type emptyKeys struct{ seen bool }

func (k *emptyKeys) find(_ []arrow.Array, rows, _, groups []uint32) {
	k.seen = k.seen || len(rows) > 0
	clear(groups[:len(rows)])
}

func (k *emptyKeys) append([]array.Builder, []uint32) {}
func (k *emptyKeys) owner(uint32) uint32              { return 0 }
func (k *emptyKeys) bytes() int                       { return 0 }
func (k *emptyKeys) reset()                           { k.seen = false }
func (k *emptyKeys) free()                            {}

func (k *emptyKeys) length() int {
	if k.seen {
		return 1
	}
	return 0
}
