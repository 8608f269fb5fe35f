package aggregate

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// maxRows is how many rows the operator puts in a batch, maxBytes about how large the lists in it may be.
const (
	maxRows  = 8192
	maxBytes = 16 << 20
)

// output gathers rows to emit, from one pane or several.
type output struct {
	builder *array.RecordBuilder
	window  array.Builder   // nil without a window
	keys    []array.Builder // the other groups
	results []array.Builder
	rows    int
	bytes   int    // of the lists in them, about
	weights []int8 // where changes are emitted, one for each row
	changes bool
}

func newOutput(mem memory.Allocator, node *plan.Aggregate, window int) *output {
	o := &output{builder: array.NewRecordBuilder(mem, types.Schema(node.Columns())), changes: node.Changes}
	o.results = o.builder.Fields()[len(node.Groups):]
	for i, b := range o.builder.Fields()[:len(node.Groups)] {
		if i == window {
			o.window = b
			continue
		}
		o.keys = append(o.keys, b)
	}
	return o
}

// room is how many more rows the batch takes.
func (o *output) room() int { return maxRows - o.rows }

// append adds the rows of groups, with the results that they have now.
func (o *output) append(p *pane, groups []uint32) error {
	o.appendKeys(p, groups, 1)
	for i := range p.partials {
		if err := p.partials[i].result(groups, o.results[i]); err != nil {
			return fmt.Errorf("aggregate: %w", err)
		}
	}
	return nil
}

// appendKeys adds all but the results.
func (o *output) appendKeys(p *pane, groups []uint32, weight int8) {
	if o.window != nil {
		appendWindow(o.window, p.key, len(groups))
	}
	p.table.Append(o.keys, groups)
	o.rows += len(groups)
	if !o.changes {
		return
	}
	for range groups {
		o.weights = append(o.weights, weight)
	}
}

// flushFull emits the batch if it is full.
func (o *output) flushFull(out engine.Emitter) error {
	if o.room() > 0 && o.bytes < maxBytes {
		return nil
	}
	return o.flush(out)
}

// flush emits the batch, if there is one.
func (o *output) flush(out engine.Emitter) error {
	if o.rows == 0 {
		return nil
	}
	rows := o.builder.NewRecordBatch()
	defer rows.Release()
	weights := o.weights
	o.rows, o.bytes, o.weights = 0, 0, o.weights[:0]
	if !o.changes {
		weights = nil
	}
	return out.Emit(engine.Batch{Rows: rows, Weights: weights})
}
