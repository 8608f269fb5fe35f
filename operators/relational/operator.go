package relational

import (
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/closing"
	"github.com/weirdb/weir/operators/keys"
)

// Operator keeps rows and asks DuckDB. It implements engine.Operator, engine.Flusher and engine.Snapshotter.
type Operator struct {
	config Config
	mem    memory.Allocator

	window   int             // position of the window among the key's columns, -1 without one
	key      []types.Type    // of the key's columns
	inputs   []*arrow.Schema // of each input
	columns  [][]types.Type  // of each input
	output   *arrow.Schema   // of what is emitted
	decision *arrow.Schema   // of what was decided
	result   []types.Type    // of what the SQL answers: the output, and behind it the key where it is not part of the output

	panes   panes
	bound   bound
	passed  int64               // windows with a smaller key were passed by the watermark, where that is not when they close
	closing []*pane             // closed, but with changes still to flush
	decided []arrow.RecordBatch // what the last flush has emitted, with the keys
	ends    *closing.Finder

	asks          int         // how many rows a question has, about
	netting       []*netting  // of each input
	answerNetting *netting    // nil as long as nothing was recalled
	differ        *keys.Table // tells rows of the output apart
	work          scratch
}

// scratch is memory for the batch in hand.
type scratch struct {
	iota   []uint32
	groups []uint32
	late   []uint32
	values []int64 // of the window
}

var (
	_ engine.Operator    = (*Operator)(nil)
	_ engine.Flusher     = (*Operator)(nil)
	_ engine.Snapshotter = (*Operator)(nil)
)

// bind prepares what follows from the node.
func (o *Operator) bind() error {
	node := o.config.Node
	o.mem, o.key, o.window = o.config.Allocator, o.config.keyTypes(), -1
	if node.Window != nil {
		o.window = node.Window.Group
		o.ends = closing.New(o.config.Close, o.key[o.window])
	}
	for _, fields := range o.config.Inputs {
		n, err := newNetting(fields)
		if err != nil {
			return err
		}
		o.netting = append(o.netting, n)
		o.inputs, o.columns = append(o.inputs, types.Schema(fields)), append(o.columns, typesOf(fields))
	}
	o.output, o.result = types.Schema(node.Fields), typesOf(node.Fields)
	o.decision = o.decisionSchema()
	if err := o.bindKeyOut(); err != nil {
		return err
	}
	var err error
	if o.differ, err = keys.NewExact(layouts(o.output)); err != nil {
		return err
	}
	return o.begin()
}

// bindKeyOut finds the types of the columns behind the output.
func (o *Operator) bindKeyOut() error {
	for next := len(o.result); ; next++ {
		k := slices.Index(o.config.Node.KeyOut, next)
		if k < 0 {
			break
		}
		o.result = append(o.result, o.key[k])
	}
	for k, column := range o.config.Node.KeyOut {
		if column < 0 || column >= len(o.result) {
			return fmt.Errorf("the answer has no column %d for the key", column)
		}
		if has := o.result[column]; !has.Equal(o.key[k]) {
			return fmt.Errorf("column %d of the answer is %s, the key %s", column, has, o.key[k])
		}
	}
	return nil
}

// begin makes the one key of a node without keys and touches it: it may have an answer even if no row comes. It does so on the
// shard that owns it.
func (o *Operator) begin() error {
	if _, err := o.newPane(windowKey{}); err != nil { // also tells whether the key's types can be grouped by
		return err
	}
	if !o.config.Node.Always || !o.ownsEmptyKey() {
		return nil
	}
	p, err := o.panes.at(windowKey{}, o.newPane)
	if err != nil {
		return err
	}
	if o.config.Node.Changes {
		p.number(nil, []uint32{0}, make([]uint32, 1))
		p.touch([]uint32{0})
	}
	return nil
}

func (o *Operator) ownsEmptyKey() bool {
	hash := make([]uint64, 1)
	keys.Hash(nil, hash)
	return o.config.Shard.Owns(hash[0])
}
