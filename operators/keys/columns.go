package keys

import "github.com/apache/arrow-go/v18/arrow"

// Pick returns columns of a batch, which still owns them, in dst's memory.
func Pick(dst []arrow.Array, rows arrow.RecordBatch, columns []int) []arrow.Array {
	dst = dst[:0]
	for _, c := range columns {
		dst = append(dst, rows.Column(c))
	}
	return dst
}

// HashOf returns a function that hashes the given columns of each row, as Hash does. Several goroutines may use it.
func HashOf(columns []int) func(rows arrow.RecordBatch, out []uint64) {
	return func(rows arrow.RecordBatch, out []uint64) {
		Hash(Pick(nil, rows, columns), out)
	}
}
