package kafka

import (
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/connectors/format/lines"
	"github.com/weirdb/weir/engine"
)

// debezium is the envelope debezium: each message has the row before and after. With a key, what an epoch took back and added of it is
// an update; a key that is gone has a tombstone after its deletion, as Debezium writes it, so that a compacted topic forgets it.
//
//	-1 {k:1, n:5}  +1 {k:1, n:6}   u  before {k:1, n:5}, after {k:1, n:6}
//	-1 {k:2, n:5}                  d  before {k:2, n:5}; then a message without a value
//	+1 {k:3, n:5}                  c  after {k:3, n:5}
//
// Without a key, or where several rows have one key, the messages add up to the view's rows all the same.
type debezium struct {
	key  *keyer // nil without the option key
	view string
	now  func() time.Time
}

func (z *debezium) messages(d engine.Delivery) ([]*kgo.Record, error) {
	from := lines.DebeziumSource{View: z.view, Epoch: d.Epoch, Millis: z.now().UnixMilli()}
	var out []*kgo.Record
	for _, o := range z.key.outcomes(d) {
		out = append(out, o.debezium(from)...)
	}
	return out, nil
}

// debezium writes what an epoch did to a key: updates while there are rows on both sides, then what is left on one.
func (o *outcome) debezium(from lines.DebeziumSource) []*kgo.Record {
	before, after := o.sides()
	both := min(len(before), len(after))
	var out []*kgo.Record
	add := func(op byte, before, after image) {
		value := lines.AppendDebezium(nil, op, before.row, after.row, from)
		out = append(out, &kgo.Record{Key: o.key, Value: value, Headers: traceHeaders(after.trace)})
	}
	for i := range both {
		add(lines.DebeziumUpdate, before[i], after[i])
	}
	for _, row := range before[both:] {
		add(lines.DebeziumDelete, row, image{})
	}
	for _, row := range after[both:] {
		add(lines.DebeziumCreate, image{}, row)
	}
	if o.key != nil && len(after) == 0 && len(before) > 0 {
		out = append(out, &kgo.Record{Key: o.key})
	}
	return out
}

// image is a row before or after a change, with the trace that it came with.
type image struct {
	row   []byte
	trace engine.TraceContext
}

// sides are the rows that were taken back and those that were added. What cancels out is in neither.
func (o *outcome) sides() (before, after []image) {
	for _, v := range o.rows {
		for range -v.weight {
			before = append(before, image{row: v.value})
		}
		for i := range v.weight {
			after = append(after, image{v.value, v.trace(i)})
		}
	}
	return before, after
}
