package engine

import "context"

// Extent is what a partition of a source holds now.
//
//	──┬──────────────┬──► position
//	  │ size, in unit│
//	begin           end
type Extent struct {
	Begin int64  // where it is read from if nobody has read it yet
	End   int64  // behind the last record; -1 if finding that takes reading
	Size  int64  // of what lies between, in Unit; -1 if finding that takes reading
	Unit  string // records, rows or bytes
	// Joins says that Begin is for the first to read the source: others begin where the one stands that has come least far.
	Joins bool
}

// Measurer is what a Source adds that can tell how much there is to read. It may be asked beside a reader, and changes nothing.
type Measurer interface {
	// Measure returns the extent of each partition there is. From are positions to which partitions have been read, for sources in
	// which they tell the names.
	Measure(ctx context.Context, from map[string]int64) (map[string]Extent, error)
}

// From is how much there is behind a position, in the extent's unit; -1 if it is not known.
func (x Extent) From(position int64) int64 {
	switch {
	case position == x.Begin:
		return x.Size
	case x.End < 0:
		return -1
	}
	return max(0, x.End-position)
}
