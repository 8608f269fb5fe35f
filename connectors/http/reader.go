package http

import (
	"context"
	"errors"
	"slices"

	"github.com/weirdb/weir/connectors/journal"
	"github.com/weirdb/weir/engine"
)

// reader is a journal's reader. It tells the source how far it has come, and the last one closes the journal with itself.
type reader struct {
	*journal.Reader
	source    *source
	aside     bool
	traces    bool  // records are wanted with the traces that they belong to
	committed int64 // guarded by the source's mu
}

// Poll implements engine.Reader.
func (r *reader) Poll(ctx context.Context) ([]engine.Fetch, error) {
	fetches, err := r.Reader.Poll(ctx)
	for _, f := range fetches {
		if !r.aside {
			r.source.read.Store(f.Next)
		}
		for i := range f.Records {
			if r.traces {
				ownTrace(&f.Records[i])
			}
		}
	}
	return fetches, err
}

// Committed implements engine.Reader. Retention waits for all readers.
func (r *reader) Committed(positions map[string]int64) error {
	s := r.source
	s.mu.Lock()
	defer s.mu.Unlock()
	r.committed = max(r.committed, positions[journal.Partition])
	lowest := r.committed
	for _, other := range s.readers {
		lowest = min(lowest, other.committed)
	}
	return r.Reader.Committed(map[string]int64{journal.Partition: lowest})
}

// Close implements engine.Reader.
func (r *reader) Close() error {
	s := r.source
	s.mu.Lock()
	s.readers = slices.DeleteFunc(s.readers, func(other *reader) bool { return other == r })
	last := len(s.readers) == 0
	s.mu.Unlock()
	if !last {
		return r.Reader.Close()
	}
	return errors.Join(r.Reader.Close(), s.journal.Close())
}
