package json

import (
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Spec declares the JSON format. It has no options.
var Spec = engine.FormatSpec{
	Name: "json",
	Doc: "One JSON object a record: a Kafka message's value, or a line of an NDJSON file. Columns are found by name, case " +
		"counts; one that is missing is NULL and keys that are no column are ignored. Values convert as DuckDB's read_json " +
		"with declared columns converts them; a record that it would refuse is a dead letter.",
	New: func(_ engine.Options, eval engine.Evaluator) (engine.Format, error) { return format{eval: eval}, nil },
}

type format struct{ eval engine.Evaluator }

// NewDecoder returns a decoder for the given columns. It fails on a type that has no column here.
func (f format) NewDecoder(columns []types.Field) (engine.Decoder, error) {
	return newDecoder(columns, f.eval)
}
