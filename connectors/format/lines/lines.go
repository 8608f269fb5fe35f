// Package lines writes rows of a batch as text, one line a row: JSON objects or CSV. The sinks that write text (file, stdout,
// Kafka) share it, so that a value looks the same wherever it goes.
//
// Values look as DuckDB's to_json and its casts to VARCHAR print them, with three differences, each for the sake of the reader:
//
//   - DECIMAL and HUGEINT are numbers with all their digits (to_json sends a narrow DECIMAL through a double, 1.10 -> 1.1)
//     and a zero before the point (DuckDB prints DECIMAL(2,2) as .50, which is no JSON);
//   - FLOAT has the fewest digits that read back as the same FLOAT (to_json widens it: 0.1 -> 0.10000000149011612);
//   - NaN and the infinities, for which JSON has no numbers, are the strings "NaN", "Infinity" and "-Infinity", which DuckDB,
//     when it reads a DOUBLE column from JSON, takes back as what they were.
//
// TIMESTAMP WITH TIME ZONE is printed in UTC. Columns must have the Arrow layout that types.Type.Arrow names.
//
// To add a type: a case in appendScalar (text.go) if its text is the same everywhere, and in appendValue (json.go) if JSON does
// not quote it; then a row in the table of lines_test.go, which asks DuckDB.
package lines

import (
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// WeightColumn is the name under which a line says whether its row was added (1) or taken back (-1).
const WeightColumn = "weir_weight"

// AppendJSON appends one row as a JSON object, without a newline, and returns the extended buffer. columns names and types the
// batch's columns in order. withWeight adds the weight as the last member, named WeightColumn.
func AppendJSON(dst []byte, columns []types.Field, rows arrow.RecordBatch, row int, weight int8, withWeight bool) []byte {
	dst = append(dst, '{')
	for i := range columns {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendQuoted(dst, columns[i].Name)
		dst = append(dst, ':')
		dst = appendValue(dst, &columns[i].Type, rows.Column(i), row)
	}
	if withWeight {
		dst = appendWeight(dst, len(columns) > 0, weight)
	}
	return append(dst, '}')
}

func appendWeight(dst []byte, comma bool, weight int8) []byte {
	if comma {
		dst = append(dst, ',')
	}
	dst = append(dst, '"')
	dst = append(dst, WeightColumn...)
	dst = append(dst, '"', ':')
	return strconv.AppendInt(dst, int64(weight), 10)
}

// AppendBatchJSON appends every row of a batch as a JSON object and a newline.
func AppendBatchJSON(dst []byte, columns []types.Field, b engine.Batch, withWeight bool) []byte {
	for row := range int(b.Rows.NumRows()) {
		dst = AppendJSON(dst, columns, b.Rows, row, weightOf(b, row), withWeight)
		dst = append(dst, '\n')
	}
	return dst
}

// HasWeights reports whether any of the batches carries weights, so that its lines need to say them.
func HasWeights(batches []engine.Batch) bool {
	for _, b := range batches {
		if b.Weights != nil {
			return true
		}
	}
	return false
}

func weightOf(b engine.Batch, row int) int8 {
	if b.Weights == nil {
		return 1
	}
	return b.Weights[row]
}
