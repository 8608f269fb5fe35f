package json

import (
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// odd are the values of one column that its own parser leaves to DuckDB, in the order of their places.
type odd struct {
	texts   []byte // the values as written in JSON, one after the other
	ends    []int  // where each ends in texts
	places  []int32
	records []int32
}

// add keeps the value that starts at the given byte, for the given place in the column, and passes it.
func (o *odd) add(s *scanner, start, place int) error {
	s.pos = start
	raw, err := s.raw()
	if err != nil {
		return err
	}
	o.texts = append(o.texts, raw...)
	o.ends = append(o.ends, len(o.texts))
	o.places = append(o.places, int32(place))
	o.records = append(o.records, s.record)
	return nil
}

func (o *odd) truncate(places int) {
	k := len(o.places)
	for k > 0 && int(o.places[k-1]) >= places {
		k--
	}
	o.ends, o.places, o.records = o.ends[:k], o.places[:k], o.records[:k]
	o.texts = o.texts[:o.start(k)]
}

func (o *odd) start(i int) int {
	if i == 0 {
		return 0
	}
	return o.ends[i-1]
}

func (o *odd) text(i int) []byte { return o.texts[o.start(i):o.ends[i]] }

// resolver has DuckDB convert odd values, a column at a time.
type resolver struct {
	eval    engine.Evaluator
	refused map[int]string // by record: why, by the first value refused
}

// resolve converts the odd values of a column and calls set with where each is in the result and its place in the column.
func (r *resolver) resolve(h *head, o *odd, set func(found arrow.Array, i, place int)) error {
	if len(o.places) == 0 {
		return nil
	}
	out, err := r.convert(h, o)
	if err != nil {
		return fmt.Errorf("json: column %s: convert %s to %s: %w", h.path, excerpt(o.text(0)), h.typ, err)
	}
	defer out.Release()
	found := out.Column(0)
	for i, place := range o.places {
		if found.IsNull(i) {
			r.refuse(o.records[i], h.reason(o.text(i))) // what is left to DuckDB is never a JSON null
			continue
		}
		set(found, i, int(place))
	}
	return nil
}

// refuse notes why a record cannot be a row.
func (r *resolver) refuse(record int32, reason string) {
	if r.refused == nil {
		r.refused = map[int]string{}
	}
	if _, known := r.refused[int(record)]; !known {
		r.refused[int(record)] = reason
	}
}

var oddSchema = arrow.NewSchema([]arrow.Field{{Name: "c0", Type: arrow.BinaryTypes.String}}, nil)

// castSQL converts c0. Arrow's intervals count nanoseconds in 64 bits where DuckDB's count microseconds: one that does not
// fit is refused, it would wrap around in silence.
func castSQL(t types.Type) string {
	cast := "TRY_CAST(CAST(c0 AS JSON) AS " + t.String() + ")"
	if t.ID == types.Interval {
		return "CASE WHEN abs(date_part('hour', " + cast + ")) < 2562047 THEN " + cast + " END"
	}
	return cast
}

// convert casts from JSON, not from VARCHAR: that cast is the code which read_json runs, and is stricter in places.
func (r *resolver) convert(h *head, o *odd) (arrow.RecordBatch, error) {
	if r.eval == nil {
		return nil, errors.New("there is no evaluator")
	}
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	for i := range o.places {
		b.BinaryBuilder.Append(o.text(i))
	}
	texts := b.NewArray()
	defer texts.Release()
	in := array.NewRecordBatch(oddSchema, []arrow.Array{texts}, int64(texts.Len()))
	defer in.Release()
	out, err := r.eval.Eval([]string{castSQL(h.typ)}, oddSchema, in)
	if err != nil {
		return nil, err
	}
	if got, want := out.Column(0).DataType(), h.typ.Arrow(); !arrow.TypeEqual(got, want) || int(out.NumRows()) != len(o.places) {
		out.Release()
		return nil, fmt.Errorf("the evaluator returned %d values of %s, want %d of %s", out.NumRows(), got, len(o.places), want)
	}
	return out, nil
}
