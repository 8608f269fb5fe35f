package duckdb

import (
	"context"
	"os"
	"sort"
	"sync"

	"github.com/weirdb/weir/engine"
)

// What waits for a sink is counted as it comes and goes, so that asking costs nothing; Open counts what is there:
//
//	epochs 4 5 6 7 in the outbox   ─ Done(5) ─►   6 7   ─ Commit(8) ─►   6 7 8
//
// Epochs whose rows wait in a table of Weir's own, for a sink of it that is behind, count too, with no bytes: it is not known yet whether the
// sink gets anything of them.

// backlogs are the deliveries in the outbox by sink, each as large as it lies there. A file that several sinks share counts for each of them.
type backlogs struct {
	mu     sync.Mutex
	of     map[string]*backlog
	behind map[string]behind // sinks that are, by name
}

// backlog is what waits for one sink.
type backlog struct {
	waiting []waiting // by epoch, ascending
	bytes   int64     // of all of them
}

// waiting is one delivery.
type waiting struct{ epoch, bytes int64 }

// Backlog tells what waits to be delivered to a sink, as of the last commit or delivery.
func (s *Store) Backlog(sink string) engine.Backlog {
	s.backlogs.mu.Lock()
	defer s.backlogs.mu.Unlock()
	b := s.backlogs.of[sink]
	if b == nil {
		return engine.Backlog{}
	}
	return engine.Backlog{Epochs: int64(len(b.waiting)), Bytes: b.bytes}
}

// posting is a row that a transaction adds to the outbox.
type posting struct {
	sink string
	waiting
}

func (b *backlogs) add(posted []posting) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range posted {
		of := b.of[p.sink]
		if of == nil {
			of = &backlog{}
			b.of[p.sink] = of
		}
		of.waiting = append(of.waiting, p.waiting)
		of.bytes += p.bytes
	}
}

// done takes away every delivery up to an epoch.
func (b *backlogs) done(sink string, epoch int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	of := b.of[sink]
	if of == nil {
		return
	}
	n := sort.Search(len(of.waiting), func(i int) bool { return of.waiting[i].epoch > epoch })
	for _, w := range of.waiting[:n] {
		of.bytes -= w.bytes
	}
	of.waiting = of.waiting[n:]
}

// drop forgets sinks.
func (b *backlogs) drop(sinks []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, name := range sinks {
		delete(b.of, name)
		delete(b.behind, name)
	}
}

// countBacklogs counts what lies in the outbox.
func (s *Store) countBacklogs(ctx context.Context) error {
	var found []posting
	sql := "SELECT sink, epoch, strlen(columns::VARCHAR) + coalesce(octet_length(changes), 0), file FROM weir.outbox ORDER BY epoch"
	err := s.session.each(ctx, sql, func(r row) {
		p := posting{r.text(0), waiting{r.int(1), r.int(2)}}
		if !r.null(3) {
			p.bytes += s.state.size(r.text(3))
		}
		found = append(found, p)
	})
	s.backlogs.of, s.backlogs.behind = map[string]*backlog{}, map[string]behind{}
	s.backlogs.add(found)
	if err != nil {
		return err
	}
	return s.countBehind(ctx)
}

// size is how large a file is; 0 if it is not there.
func (f *stateFolder) size(name string) int64 {
	info, err := os.Stat(f.path(name))
	if err != nil {
		return 0
	}
	return info.Size()
}
