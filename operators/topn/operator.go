package topn

import (
	"bytes"
	"errors"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/spill"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// Operator keeps the first rows of each key. It implements engine.Operator, engine.Flusher and engine.Snapshotter.
type Operator struct {
	config Config
	node   *plan.TopN
	limit  int

	keys   *keys.Table
	groups []group
	rows   rows
	owed   map[uint32][]row // of keys: taken back, and still to come
	sorts  *sortKeys
	cells  *keys.Rows
	equal  *equality
	number uint64 // of the next row
	owing  int    // rows that were taken back before they came

	touched []touched
	was     []row // the first rows of the touched keys, before they were touched
	output  *output

	// Scratch memory for the batch in hand.
	iota    []uint32
	numbers []uint32
	chosen  []uint32
}

// group is what is kept of a key.
type group struct {
	ranked
	touched bool
}

// touched is a key that has changed since the last flush.
type touched struct {
	group    uint32
	from, to int // its first rows before that, in was
}

var (
	_ engine.Operator    = (*Operator)(nil)
	_ engine.Flusher     = (*Operator)(nil)
	_ engine.Snapshotter = (*Operator)(nil)
)

// bind prepares what follows from the node.
func (o *Operator) bind() (err error) {
	var key []arrow.DataType
	for _, k := range o.node.Keys {
		key = append(key, o.config.Input[k].Type.Arrow())
	}
	if o.keys, err = keys.New(key); err != nil {
		return err
	}
	if o.sorts, err = newSortKeys(o.node.Orders); err != nil {
		return err
	}
	if o.cells, err = keys.NewRows(layouts(o.config.Input), true); err != nil {
		return err
	}
	if o.equal, err = newEquality(types.Schema(o.config.Input), o.cells); err != nil {
		return err
	}
	o.output = newOutput(o)
	return nil
}

// Process implements engine.Operator.
func (o *Operator) Process(_ int, b engine.Batch, _ engine.Emitter) error {
	n := int(b.Rows.NumRows())
	if n == 0 {
		return nil
	}
	if o.node.AppendOnly && slices.Contains(b.Weights, -1) {
		return errors.New("topn: the input has to be append-only")
	}
	o.iota = keys.Iota(o.iota, n)
	o.keep(b, o.iota)
	return nil
}

// keep adds the given rows of a batch, and takes back those of weight -1.
func (o *Operator) keep(b engine.Batch, rows []uint32) {
	o.find(keys.Pick(nil, b.Rows, o.node.Keys), rows)
	o.sorts.encode(b.Rows)
	o.choose(rows)
	data, ends := o.cells.Encode(b.Rows.Columns(), o.chosen)
	from := 0
	for i, r := range o.chosen {
		g, key, cells := o.numbers[i], o.sorts.of(r), data[from:ends[i]]
		from = ends[i]
		if b.Weights != nil && b.Weights[r] < 0 {
			o.takeBack(g, key, cells)
		} else if !o.hopeless(&o.groups[g], key) {
			o.add(g, key, cells)
		}
	}
}

// find numbers the keys of rows.
func (o *Operator) find(key []arrow.Array, rows []uint32) {
	o.numbers = slices.Grow(o.numbers[:0], len(rows))[:len(rows)]
	o.keys.Find(key, rows, o.numbers)
	fresh := o.keys.Len() - len(o.groups)
	o.groups = spill.Grow(o.groups, fresh)
	for range fresh {
		o.groups = append(o.groups, group{})
	}
}

// choose leaves the rows that may get a place, with the numbers of their keys.
func (o *Operator) choose(rows []uint32) {
	o.chosen = o.chosen[:0]
	for i, r := range rows {
		if g := o.numbers[i]; !o.hopeless(&o.groups[g], o.sorts.of(r)) {
			o.numbers[len(o.chosen)] = g
			o.chosen = append(o.chosen, r)
		}
	}
}

// hopeless reports whether a row that comes now can never be among the first: no row before it will be taken back.
func (o *Operator) hopeless(g *group, key []byte) bool {
	if !o.node.AppendOnly || int(g.n) < o.limit {
		return false
	}
	c := o.rows.compare(o.rows.branch(g.last), headOf(key), key)
	return c < 0 || c == 0 && !o.node.Ties
}

func (o *Operator) add(number uint32, key, cells []byte) {
	if o.owing > 0 && o.settleOwed(number, key, cells) {
		return
	}
	o.touch(number)
	g := &o.groups[number]
	g.insert(&o.rows, o.newRow(key, cells))
	if o.node.AppendOnly && int(g.n) > o.limit {
		o.trim(g)
	}
}

// trim drops the rows that are not among the first any more.
func (o *Operator) trim(g *group) {
	cut := uint32(o.limit)
	if o.node.Ties { // the last ones tie: they stay, or go together
		lowest := o.rows.branch(g.last)
		if cut = o.rows.below(g.root, lowest.head, o.rows.sortKey(lowest.row)); int(cut) < o.limit {
			return
		}
	}
	g.truncate(&o.rows, cut)
}

func (o *Operator) newRow(key, cells []byte) row {
	o.number++
	return o.rows.put(o.number, key, cells)
}

// takeBack takes out the same row, or else one that is equal as GROUP BY means it.
func (o *Operator) takeBack(number uint32, key, cells []byte) {
	g := &o.groups[number]
	o.touch(number)
	if g.remove(&o.rows, key, func(r row) bool { return bytes.Equal(o.rows.cells(r), cells) }) {
		return
	}
	if g.remove(&o.rows, key, func(r row) bool { return o.equal.rows(o.rows.cells(r), cells) }) {
		return
	}
	o.owed[number] = append(o.owed[number], o.newRow(key, cells))
	o.owing++
}

// settleOwed reports whether the row was taken back before it came.
func (o *Operator) settleOwed(number uint32, key, cells []byte) bool {
	owed := o.owed[number]
	for i, r := range owed {
		if bytes.Equal(o.rows.sortKey(r), key) && o.equal.rows(o.rows.cells(r), cells) {
			o.owed[number] = slices.Delete(owed, i, i+1)
			o.rows.drop(r)
			o.owing--
			return true
		}
	}
	return false
}

// touch notes what the first rows of a key are, before they change.
func (o *Operator) touch(number uint32) {
	g := &o.groups[number]
	if g.touched {
		return
	}
	g.touched = true
	from := len(o.was)
	o.was = g.first(&o.rows, o.limit, o.node.Ties, o.was)
	o.touched = append(o.touched, touched{number, from, len(o.was)})
}

// Advance implements engine.Operator. No watermark makes a place final.
func (o *Operator) Advance(engine.Time, engine.Emitter) error { return nil }
