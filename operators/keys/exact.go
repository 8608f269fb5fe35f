package keys

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
)

// NewExact makes a table that tells apart what GROUP BY calls equal but looks different: -0.0 and 0.0, '30 days' and '1 month'.
// NULL equals NULL.
func NewExact(columns []arrow.DataType) (*Table, error) {
	if !slices.ContainsFunc(columns, lossy) {
		return New(columns)
	}
	rows, err := NewRows(columns, true)
	if err != nil {
		return nil, err
	}
	return &Table{numbering: &encodedKeys{table: newByteTable(), normal: rows}}, nil
}
