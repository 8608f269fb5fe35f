package kafka

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/connectors/format/lines"
	"github.com/weirdb/weir/engine"
)

// upserts is the envelope upsert: a message is what there is of its key now, and one without a value says that nothing is. It is what
// Flink's upsert-kafka and compacted topics mean.
//
//	-1 {k:1, n:5}  +1 {k:1, n:6}   {k:1} = {k:1, n:6}
//	-1 {k:2, n:5}                  {k:2} = nothing
//	+1 {k:3, n:5}  -1 {k:3, n:5}   no message
//
// Rows of a view that takes none back are all written: of those with one key, the last one counts. In a view that does, two rows
// with one key would leave it open which of them the topic has, and the deletion of one would delete both: that is an error.
type upserts struct {
	key      *keyer
	updating bool
	columns  string // names, for messages
}

func (u *upserts) messages(d engine.Delivery) ([]*kgo.Record, error) {
	if !u.updating && !lines.HasWeights(d.Changes) {
		return u.key.rowMessages(d, false), nil
	}
	var out []*kgo.Record
	for _, o := range u.key.outcomes(d) {
		some := o.upserts()
		if len(some) > 1 {
			return nil, fmt.Errorf("key %s has %d rows, and envelope = 'upsert' wants one: replace the sink by one whose key has more columns (the view has %s), or with envelope = 'debezium'",
				o.key, len(some), u.columns)
		}
		out = append(out, some...)
	}
	return out, nil
}

// upserts writes the rows that an epoch has left of a key, or that it has left none.
func (o *outcome) upserts() []*kgo.Record {
	var out []*kgo.Record
	gone := false
	for _, v := range o.rows {
		gone = gone || v.weight < 0
		for range v.weight {
			out = append(out, &kgo.Record{Key: o.key, Value: v.value})
		}
	}
	if len(out) == 0 && gone {
		return []*kgo.Record{{Key: o.key}}
	}
	return out
}
