package over

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/rowstore"
	"github.com/weirdb/weir/operators/state"
)

// Advance implements engine.Operator: the rows that the watermark has passed are final. At the end of the input all are.
func (o *Operator) Advance(wm engine.Time, out engine.Emitter) error {
	if wm != engine.MaxTime {
		bound, err := o.config.boundOf(wm)
		if err != nil {
			return fmt.Errorf("over: %w", err)
		}
		o.bound = max(o.bound, bound)
	}
	for final := o.takeFinal(wm == engine.MaxTime); len(final) > 0; {
		n := piece(final)
		if err := o.emit(final[:n], out); err != nil {
			return err
		}
		final = final[n:]
	}
	o.tidy()
	return nil
}

// boundOf is the time before which no row comes behind a watermark.
func (c *Config) boundOf(wm engine.Time) (int64, error) {
	if c.Closes == nil || wm == engine.MinTime {
		return int64(wm), nil
	}
	return c.Closes(wm)
}

// takeFinal takes the pending rows before the bound, or all, by partition, time and arrival.
func (o *Operator) takeFinal(all bool) []entry {
	var final []entry
	still := o.pending[:0]
	for _, e := range o.pending {
		if e.time < o.bound || all {
			final = append(final, e)
		} else {
			still = append(still, e)
		}
	}
	o.pending = still
	slices.SortFunc(final, compareEntries)
	return final
}

func compareEntries(a, b entry) int {
	if a.group != b.group {
		return cmp.Compare(a.group, b.group)
	}
	if a.time != b.time {
		return cmp.Compare(a.time, b.time)
	}
	return cmp.Compare(a.row, b.row)
}

// piece is how many rows to emit at a time: some, but all of a partition.
func piece(final []entry) int {
	const enough = 1 << 16
	n := min(len(final), enough)
	for n < len(final) && final[n].group == final[n-1].group {
		n++
	}
	return n
}

// emit computes the calls for final rows, passes them on, and keeps what later rows need of them.
func (o *Operator) emit(final []entry, out engine.Emitter) error {
	refs := make([]rowstore.Ref, len(final))
	for i, e := range final {
		refs[i] = e.row
	}
	rows := o.rows.Take(refs, o.config.Allocator)
	defer rows.Release()
	added, err := o.compute(final, rows)
	defer releaseAll(added)
	if err != nil {
		return err
	}
	for i, e := range final {
		o.partitions[e.group].add(e, o.calls.reach)
		if i+1 == len(final) || final[i+1].group != e.group {
			o.partitions[e.group].trim(o.calls.reach, o.bound, o.rows)
		}
	}
	whole := array.NewRecordBatch(o.output, append(slices.Clone(rows.Columns()), added...), rows.NumRows())
	defer whole.Release()
	return emitInParts(whole, out)
}

// emitInParts passes rows on in batches of a size that suits the operators behind.
func emitInParts(rows arrow.RecordBatch, out engine.Emitter) error {
	for from := int64(0); from < rows.NumRows(); from += state.MaxRows {
		part := rows.NewSlice(from, min(from+state.MaxRows, rows.NumRows()))
		err := out.Emit(engine.Batch{Rows: part})
		part.Release()
		if err != nil {
			return err
		}
	}
	return nil
}

// compute returns a column for each call.
func (o *Operator) compute(final []entry, rows arrow.RecordBatch) ([]arrow.Array, error) {
	added := make([]arrow.Array, len(o.config.Node.Calls))
	runs := runsOf(final)
	for _, c := range o.calls.running {
		added[c.index] = c.run(runs, rows, o.config.Allocator)
	}
	for _, c := range o.calls.detected {
		added[c.index] = c.run(runs, rows, o.config.Node.Time, o.config.Allocator)
	}
	for _, c := range o.calls.found {
		added[c.index] = c.find(o, final, runs)
	}
	if len(o.calls.asked.calls) == 0 {
		return added, nil
	}
	answers, err := o.ask(final)
	if err != nil {
		return added, err
	}
	defer answers.Release()
	for i, call := range o.calls.asked.calls {
		added[call] = answers.Column(i)
		added[call].Retain()
	}
	return added, nil
}

func releaseAll(arrays []arrow.Array) {
	for _, a := range arrays {
		if a != nil {
			a.Release()
		}
	}
}
