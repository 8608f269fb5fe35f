package kafka

import (
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
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
			return nil, fmt.Errorf("option key names column %s; the view has %s", name, columnNames(columns))
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
	traces []engine.TraceContext // that it came with, each time that it was added
}

// trace is the trace context of the version's i-th row; empty if it came without.
func (v *version) trace(i int) engine.TraceContext {
	if i >= len(v.traces) {
		return ""
	}
	return v.traces[i]
}

// outcomes nets what an epoch did, key by key: rows that it added and took back cancel out, in whatever order and batch they came.
// Without a key each row is one of its own.
func (k *keyer) outcomes(d engine.Delivery) []*outcome {
	var order []*outcome
	byKey, byRow := map[string]*outcome{}, map[string]*version{}
	for _, b := range d.Changes {
		for row, key := range k.all(b.Rows) {
			value := lines.AppendJSON(nil, d.Columns, b.Rows, row, 1, false)
			name := string(key)
			if k == nil {
				name = string(value)
			}
			o := byKey[name]
			if o == nil {
				o = &outcome{key: key}
				byKey[name], order = o, append(order, o)
			}
			v := byRow[string(value)] // a row has its key's columns in it, so the value alone tells rows apart
			if v == nil {
				v = &version{value: value}
				byRow[string(value)], o.rows = v, append(o.rows, v)
			}
			v.weight += int(weight(b, row))
			if b.Traces != nil {
				v.traces = append(v.traces, traceOf(b, row))
			}
		}
	}
	return order
}
