package kafka

import (
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/connectors/format/lines"
	"github.com/weirdb/weir/engine"
)

// The values of the option envelope.
const (
	envelopeAppend   = "append"
	envelopeUpsert   = "upsert"
	envelopeDebezium = "debezium"
)

// envelope turns what an epoch changed into messages.
type envelope interface {
	messages(d engine.Delivery) ([]*kgo.Record, error)
}

// newEnvelope finds the envelope that a sink asks for, and the mistakes in asking. To add one: a file with its type, a case here,
// and its name among the option's values.
func newEnvelope(c engine.SinkConfig) (envelope, error) {
	key, err := newKeyer(c.Options["key"], c.Columns)
	if err != nil {
		return nil, err
	}
	switch c.Options["envelope"] {
	case envelopeAppend:
		if c.Updating {
			return nil, fmt.Errorf("option envelope = 'append': view %s takes rows back, which only 'upsert' and 'debezium' can say: "+
				"upsert replaces the earlier message of a key, debezium has the row before and after", c.View)
		}
		return &rowMessages{key: key, appendOnly: true}, nil
	case envelopeUpsert:
		if key == nil {
			return nil, fmt.Errorf("option envelope = 'upsert' needs the option key, the columns that tell the rows of %s apart; it has %s",
				c.View, columnNames(c.Columns))
		}
		return &upserts{key: key, updating: c.Updating, columns: columnNames(c.Columns)}, nil
	case envelopeDebezium:
		return &debezium{key: key, view: c.View, now: time.Now}, nil
	}
	return &rowMessages{key: key}, nil
}

// checkSink finds the mistakes in a CREATE SINK that need no broker.
func checkSink(c engine.SinkConfig) error {
	_, err := newEnvelope(c)
	return err
}

// rowMessages makes a message of each row: the envelope append, and what there is without an envelope. A view that takes rows back has
// weights in its messages without a key; with one it says what became of each key.
type rowMessages struct {
	key        *keyer // nil without the option key
	appendOnly bool
}

func (m *rowMessages) messages(d engine.Delivery) ([]*kgo.Record, error) {
	weighted := lines.HasWeights(d.Changes)
	switch {
	case weighted && m.appendOnly:
		return nil, errors.New("the view takes rows back: replace the sink by one with envelope = 'upsert' or 'debezium'")
	case weighted && m.key != nil:
		var out []*kgo.Record
		for _, o := range m.key.outcomes(d) {
			out = append(out, o.upserts()...)
		}
		return out, nil
	}
	return m.key.rowMessages(d, weighted), nil
}

// rowMessages writes each row as it is.
func (k *keyer) rowMessages(d engine.Delivery, weighted bool) []*kgo.Record {
	var out []*kgo.Record
	for _, b := range d.Changes {
		for row, key := range k.all(b.Rows) {
			value := lines.AppendJSON(nil, d.Columns, b.Rows, row, weight(b, row), weighted)
			out = append(out, &kgo.Record{Key: key, Value: value, Headers: traceHeaders(traceOf(b, row))})
		}
	}
	return out
}

func weight(b engine.Batch, row int) int8 {
	if b.Weights == nil {
		return 1
	}
	return b.Weights[row]
}
