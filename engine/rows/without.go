// Package rows cuts batches of rows, for what reads sources: the runtime and weir verify. Operators have selections of their own,
// which are made for many rows at once.
package rows

import "github.com/apache/arrow-go/v18/arrow"

// Without copies a batch without some of its rows, which are given ascending. Kept has, for each row of the result, where it was. It
// borrows batch; the caller releases the result.
//
//	batch   0 1 2 3 4 5     gone 1 4
//	result  0   2 3   5     kept 0 2 3 5
func Without(batch arrow.RecordBatch, gone []int) (result arrow.RecordBatch, kept []int32, err error) {
	var parts []arrow.RecordBatch
	defer func() {
		for _, p := range parts {
			p.Release()
		}
	}()
	from, n := 0, int(batch.NumRows())
	for i := 0; i <= len(gone); i++ {
		to := n
		if i < len(gone) {
			to = gone[i]
		}
		if to > from {
			parts = append(parts, batch.NewSlice(int64(from), int64(to)))
		}
		for ; from < to; from++ {
			kept = append(kept, int32(from))
		}
		from = to + 1
	}
	result, err = Join(batch.Schema(), parts)
	return result, kept, err
}
