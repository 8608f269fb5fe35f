package relational

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// netting takes rows back: each row with weight -1 cancels one of its key with weight +1. It looks for the same row first, and then for
// one that is equal, as GROUP BY means it: -0.0 for 0.0.
//
//   - a   + b   + a   - a   - c   + c       ──►  . . + b + a . . .
type netting struct {
	fields []types.Field
	same   *keys.Table
	equal  *keys.Table
	groups []uint32
	owners []uint32
	iota   []uint32
}

// keepTable is the number of rows from which a table's memory is not kept.
const keepTable = 1 << 18

func newNetting(fields []types.Field) (*netting, error) {
	n := &netting{fields: fields}
	return n, n.reset()
}

func (n *netting) reset() error {
	if n.same != nil && n.same.Len() < keepTable {
		n.same.Reset()
		n.equal.Reset()
		return nil
	}
	columns := layouts(types.Schema(n.fields))
	var err error
	if n.same, err = keys.NewExact(columns); err != nil {
		return err
	}
	n.equal, err = keys.New(columns)
	return err
}

// net takes back rows of the bag. A row that is taken back and not there is an error.
func (n *netting) net(b *bag) error {
	if len(b.minus) == 0 {
		return nil
	}
	positions := concerned(b)
	rows, err := b.gather(positions)
	if err != nil {
		return fmt.Errorf("relational: take rows back: %w", err)
	}
	defer rows.Release()
	n.cancel(b, positions, rows.Columns(), n.same)
	n.cancel(b, positions, rows.Columns(), n.equal)
	if err := n.reset(); err != nil {
		return fmt.Errorf("relational: take rows back: %w", err)
	}
	for i, p := range positions {
		if b.weights[p] < 0 {
			return fmt.Errorf("relational: the input takes back a row that is not there: %s", n.text(rows, i))
		}
	}
	b.minus = b.minus[:0]
	return b.compact()
}

// concerned are the positions of all rows of keys that have rows to take back, ascending.
func concerned(b *bag) []uint32 {
	groups := make([]uint32, 0, len(b.minus))
	for _, p := range b.minus {
		groups = append(groups, b.keys[p])
	}
	slices.Sort(groups)
	var positions []uint32
	for _, g := range slices.Compact(groups) {
		positions = b.of(g, positions)
	}
	slices.Sort(positions)
	return positions
}

// cancel drops pairs of rows that are one to the table.
func (n *netting) cancel(b *bag, positions []uint32, columns []arrow.Array, table *keys.Table) {
	if !slices.ContainsFunc(positions, func(p uint32) bool { return b.weights[p] < 0 }) {
		return
	}
	n.iota = keys.Iota(n.iota, len(positions))
	n.groups = slices.Grow(n.groups[:0], len(positions))[:len(positions)]
	n.owners = n.owners[:0]
	for _, p := range positions {
		n.owners = append(n.owners, b.keys[p]) // of an answer, the columns need not tell the key
	}
	table.FindOwned(columns, n.owners, n.iota, n.groups)
	owed, paid := make([]int32, table.Len()), make([]int32, table.Len())
	for i, p := range positions {
		if b.weights[p] < 0 {
			owed[n.groups[i]]++
		}
	}
	for i, p := range positions {
		if g := n.groups[i]; b.weights[p] > 0 && paid[g] < owed[g] {
			paid[g]++
			b.drop(p)
		}
	}
	for i, p := range positions {
		if g := n.groups[i]; b.weights[p] < 0 && paid[g] > 0 {
			paid[g]--
			b.drop(p)
		}
	}
}

func (n *netting) text(rows arrow.RecordBatch, row int) string {
	cells := make([]string, len(n.fields))
	for i, f := range n.fields {
		cells[i] = f.Name + " = " + rows.Column(i).ValueStr(row)
	}
	return strings.Join(cells, ", ")
}
