package json

import (
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Spec declares the JSON format.
var Spec = engine.FormatSpec{
	Name: "json",
	Doc: "One JSON object a record: a Kafka message's value, or a line of an NDJSON file. Columns are found by name, case " +
		"counts; one that is missing is NULL and keys that are no column are ignored. Values convert as DuckDB's read_json " +
		"with declared columns converts them; a record that it would refuse is a dead letter.",
	Options: []engine.Option{{
		Name: unitOption, Allowed: []string{"seconds", "milliseconds", "microseconds", "nanoseconds"},
		Doc: "What a number counts, from 1970-01-01 00:00:00 UTC, where a column is a TIMESTAMP of any kind. " +
			"Without this option a number is refused there, as read_json refuses it; strings are read either way.",
	}},
	New: func(o engine.Options, eval engine.Evaluator) (engine.Format, error) {
		return format{unit: o[unitOption], eval: eval}, nil
	},
}

const unitOption = "timestamp_unit"

type format struct {
	unit string
	eval engine.Evaluator
}

// NewDecoder returns a decoder for the given columns. It fails on a type that has no column here.
func (f format) NewDecoder(columns []types.Field) (engine.Decoder, error) {
	return newDecoder(columns, f.unit, f.eval)
}
