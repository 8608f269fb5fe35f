package over

import (
	"fmt"
	"math"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/detector"
	"github.com/weirdb/weir/operators/keys"
)

// detectedCall is a call of a detector: one for each partition, which scores its rows by time, and those of one time by what is scored.
//
//	rows of one time   3 1 3 NaN  ──►  1 3 3   ──►  results a b c, of which both rows with 3 have c, and NaN none
type detectedCall struct {
	index   int
	columns []int
	make    func() detector.Detector
	of      []detector.Detector // by partition; nil before its first row

	// Scratch memory for the rows in hand.
	order []int
	point []float64
	found []found
	saved []byte
}

// found is a row's result, if it has one.
type found struct {
	result detector.Result
	known  bool
}

func newDetectedCall(index int, c *plan.OverCall, input []types.Field) (*detectedCall, error) {
	d := &detectedCall{index: index}
	for _, a := range c.Args {
		if a.Kind != plan.Column || input[a.Index].Type.ID != types.Double {
			return nil, fmt.Errorf("over: %s: what is scored has to be a DOUBLE column of the input", c)
		}
		d.columns = append(d.columns, a.Index)
	}
	var err error
	if d.make, err = detector.Compile(c.Detector.Method, len(d.columns), c.Detector.Options); err != nil {
		return nil, fmt.Errorf("over: %s: %w", c, err)
	}
	d.point = make([]float64, len(d.columns))
	return d, nil
}

// run returns the results of rows, which come in runs of one time.
func (d *detectedCall) run(runs []run, rows arrow.RecordBatch, time int, mem memory.Allocator) arrow.Array {
	x := d.values(rows)
	at := keys.Values[int64](rows.Column(time))
	untimed := keys.ValidityOf(rows.Column(time))
	d.found = slices.Grow(d.found[:0], int(rows.NumRows()))[:rows.NumRows()]
	clear(d.found)
	for _, r := range runs {
		if !untimed.Null(uint32(r.from)) {
			d.score(r, x, at)
		}
	}
	return d.column(mem)
}

// values are the scored columns, with NaN for what cannot be scored.
func (d *detectedCall) values(rows arrow.RecordBatch) [][]float64 {
	out := make([][]float64, len(d.columns))
	for k, c := range d.columns {
		column := rows.Column(c)
		out[k] = keys.Values[float64](column)
		if column.NullN() == 0 {
			continue
		}
		out[k] = slices.Clone(out[k])
		for i := range out[k] {
			if column.IsNull(i) {
				out[k][i] = math.NaN()
			}
		}
	}
	return out
}

// score scores the rows of one partition and time.
func (d *detectedCall) score(r run, x [][]float64, at []int64) {
	d.order = d.order[:0]
	for i := r.from; i < r.to; i++ {
		if finite(x, i) {
			d.order = append(d.order, i)
		}
	}
	if len(d.order) == 0 {
		return
	}
	if len(d.order) > 1 {
		slices.SortFunc(d.order, func(a, b int) int { return compareValues(x, a, b) })
	}
	if d.of[r.group] == nil {
		d.of[r.group] = d.make()
	}
	equal := 0 // the first of the rows in hand that are equal
	for n, i := range d.order {
		for k := range d.point {
			d.point[k] = x[k][i] + 0 // which makes 0 of -0: they are equal
		}
		result := found{d.of[r.group].Next(at[i], d.point), true}
		if n+1 < len(d.order) && compareValues(x, i, d.order[n+1]) == 0 {
			continue
		}
		for ; equal <= n; equal++ {
			d.found[d.order[equal]] = result
		}
	}
}

func finite(x [][]float64, i int) bool {
	for _, column := range x {
		if v := column[i]; math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// compareValues compares what is scored of two rows.
func compareValues(x [][]float64, a, b int) int {
	for _, column := range x {
		switch {
		case column[a] < column[b]:
			return -1
		case column[a] > column[b]:
			return 1
		}
	}
	return 0
}

// column makes the STRUCTs of the results.
func (d *detectedCall) column(mem memory.Allocator) arrow.Array {
	b := array.NewBuilder(mem, plan.Scored().Arrow()).(*array.StructBuilder)
	defer b.Release()
	b.Reserve(len(d.found))
	for i := range d.found {
		if !d.found[i].known {
			b.AppendNull()
			continue
		}
		b.Append(true)
		appendResult(b, &d.found[i].result)
	}
	return b.NewArray()
}

func appendResult(b *array.StructBuilder, r *detector.Result) {
	b.FieldBuilder(0).(*array.Float64Builder).Append(r.Score)
	b.FieldBuilder(1).(*array.BooleanBuilder).Append(r.Anomaly)
	for i, v := range []float64{r.Expected, r.Lower, r.Upper} {
		field := b.FieldBuilder(2 + i).(*array.Float64Builder)
		if math.IsNaN(v) {
			field.AppendNull()
			continue
		}
		field.Append(v)
	}
	if r.Reason.IsZero() {
		b.FieldBuilder(5).AppendNull()
		return
	}
	b.FieldBuilder(5).(*array.StringBuilder).Append(r.Reason.String())
}

// grow implements remembering.
func (d *detectedCall) grow(partitions int) { d.of = grown(d.of, partitions) }

// state implements remembering.
func (d *detectedCall) state() []types.Type { return []types.Type{types.Of(types.Blob)} }

// save implements remembering.
func (d *detectedCall) save(p uint32, b []array.Builder) {
	if d.of[p] == nil {
		b[0].AppendNull()
		return
	}
	d.saved = d.of[p].Append(d.saved[:0])
	b[0].(*array.BinaryBuilder).Append(d.saved)
}

// load implements remembering.
func (d *detectedCall) load(p uint32, columns []arrow.Array, row int) error {
	if columns[0].IsNull(row) {
		return nil
	}
	d.of[p] = d.make()
	return d.of[p].Load(columns[0].(*array.Binary).Value(row))
}
