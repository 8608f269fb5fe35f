package lines

import (
	"fmt"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

const (
	envelopeAppend   = "append"
	envelopeDebezium = "debezium"
)

// EnvelopeOption says what a line says, for sinks without keys. CheckEnvelope finds the mistakes in using it.
var EnvelopeOption = engine.Option{Name: "envelope", Allowed: []string{envelopeAppend, envelopeDebezium},
	Doc: "What a JSON line says: append, a row that came (for views that take none back); debezium, in its envelope, the row before (op d) or after (op c). " +
		"If not given: the row, with weir_weight if rows are taken back."}

// CheckEnvelope is for the connector's CheckSink.
func CheckEnvelope(c engine.SinkConfig) error {
	switch {
	case c.Options["envelope"] == envelopeAppend && c.Updating:
		return fmt.Errorf("option envelope = 'append': view %s takes rows back: leave the option out, for lines with %s, or use 'debezium'", c.View, WeightColumn)
	case Debezium(c) && c.Format == "csv":
		return fmt.Errorf("option envelope = 'debezium' is JSON, and format = 'csv': use format = 'json', or leave the option out, for lines with %s", WeightColumn)
	}
	return nil
}

// Debezium reports whether a sink is to write Debezium's envelope.
func Debezium(c engine.SinkConfig) bool { return c.Options["envelope"] == envelopeDebezium }

// AppendBatchDebezium appends every row of a batch in Debezium's envelope, and a newline: added as created, taken back as deleted.
func AppendBatchDebezium(dst []byte, columns []types.Field, b engine.Batch, from DebeziumSource) []byte {
	var text []byte
	for row := range int(b.Rows.NumRows()) {
		text = AppendJSON(text[:0], columns, b.Rows, row, 1, false)
		if weightOf(b, row) < 0 {
			dst = AppendDebezium(dst, DebeziumDelete, text, nil, from)
		} else {
			dst = AppendDebezium(dst, DebeziumCreate, nil, text, from)
		}
		dst = append(dst, '\n')
	}
	return dst
}
