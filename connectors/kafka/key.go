package kafka

import (
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/connectors/format/lines"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// keyer makes message keys: the key columns of a row, as a JSON object.
type keyer struct {
	columns []types.Field
	at      []int // positions in the view's columns
}

// newKeyer finds the columns that the option names; nil if it names none.
func newKeyer(option string, columns []types.Field) (*keyer, error) {
	if strings.TrimSpace(option) == "" {
		return nil, nil
	}
	k := &keyer{}
	for name := range strings.SplitSeq(option, ",") {
		name = strings.TrimSpace(name)
		at := find(columns, name)
		if at < 0 {
			return nil, fmt.Errorf("kafka: option key names column %s; the view has %s", name, columnNames(columns))
		}
		k.columns, k.at = append(k.columns, columns[at]), append(k.at, at)
	}
	return k, nil
}

func find(columns []types.Field, name string) int {
	for i, c := range columns {
		if strings.EqualFold(c.Name, name) {
			return i
		}
	}
	return -1
}

func columnNames(columns []types.Field) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

// rows narrows a batch to its key columns. The caller releases the result.
func (k *keyer) rows(b arrow.RecordBatch) arrow.RecordBatch {
	out := make([]arrow.Array, len(k.at))
	for i, at := range k.at {
		out[i] = b.Column(at)
	}
	return array.NewRecordBatch(types.Schema(k.columns), out, b.NumRows())
}

// all writes the keys of a batch, one for each row; without a key they are nil.
func (k *keyer) all(b arrow.RecordBatch) [][]byte {
	out := make([][]byte, b.NumRows())
	if k == nil {
		return out
	}
	keys := k.rows(b)
	defer keys.Release()
	for row := range out {
		out[row] = lines.AppendJSON(nil, k.columns, keys, row, 1, false)
	}
	return out
}

// outcome is what an epoch did to one key.
type outcome struct {
	key  []byte
	rows []*version // in the order in which they first came
}

// version is one row of a key, with the sum of its weights.
type version struct {
	value  []byte
	weight int
}

// net writes what an epoch came to. Rows that it added and took back cancel out, in whatever order they came:
//
//	-1 {k:1, n:5}  +1 {k:1, n:6}   the key has a row left: its new row
//	-1 {k:2, n:5}                  nothing left: a tombstone, a message without a value
//	+1 {k:3, n:5}  -1 {k:3, n:5}   nothing changed: no message
func (k *keyer) net(d engine.Delivery) []*kgo.Record {
	var out []*kgo.Record
	for _, o := range k.outcomes(d) {
		out = append(out, o.messages()...)
	}
	return out
}

func (k *keyer) outcomes(d engine.Delivery) []*outcome {
	var order []*outcome
	byKey, byRow := map[string]*outcome{}, map[string]*version{}
	for _, b := range d.Changes {
		for row, key := range k.all(b.Rows) {
			o := byKey[string(key)]
			if o == nil {
				o = &outcome{key: key}
				byKey[string(key)], order = o, append(order, o)
			}
			value := lines.AppendJSON(nil, d.Columns, b.Rows, row, 1, false)
			v := byRow[string(value)] // a row has its key's columns in it, so the value alone tells rows apart
			if v == nil {
				v = &version{value: value}
				byRow[string(value)], o.rows = v, append(o.rows, v)
			}
			v.weight += int(weight(b, row))
		}
	}
	return order
}

func (o *outcome) messages() []*kgo.Record {
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
