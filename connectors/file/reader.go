package file

import (
	"context"
	"io"
	"sync/atomic"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

const (
	filesPerPoll = 8    // files that one Poll reads from
	batchRows    = 4096 // records or rows that one Poll takes from each
	scanEvery    = 200 * time.Millisecond
)

// reader reads the files in turns, so that none runs far ahead of the others and holds back the watermark's minimum.
//
//	turns:  a b c d e f g h │ i j k …      one Poll reads a slice of each of the first few,
//	        i j k … a b c d e f g h        which then stand at the end of the line
type reader struct {
	*source
	columns []types.Field
	follow  bool
	from    map[string]int64
	turns   []*partition // all that have not ended; the next to read first
	joined  []*partition // the same, in the order in which they joined
	done    []*partition // followed files that have ended
	// generations is the number of the last partition of each path.
	generations map[string]int
	scanned     time.Time
	held        atomic.Pointer[map[string]bool] // by name: those that wait for others
	crowded     bool                            // there are more heavy files than may be open
	woken       chan struct{}                   // holds a wish to look again, once held has changed
	failed      error                           // found while other files had something to give; returned by the next Poll
}

// Partitions names the files that have not ended.
func (r *reader) Partitions() []string {
	names := make([]string, len(r.joined))
	for i, p := range r.joined {
		names[i] = p.name
	}
	return names
}

// Poll reads a slice of each of the next few files.
func (r *reader) Poll(ctx context.Context) ([]engine.Fetch, error) {
	for {
		if err := r.scanIfDue(ctx); err != nil {
			return nil, err
		}
		fetches := r.round()
		if len(fetches) > 0 {
			return fetches, nil
		}
		if r.failed != nil {
			return nil, r.failed
		}
		if !r.follow && len(r.turns) == 0 {
			return nil, io.EOF
		}
		if err := r.wait(ctx); err != nil {
			return nil, err
		}
	}
}

func (r *reader) scanIfDue(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !r.follow || time.Since(r.scanned) < scanEvery {
		return nil
	}
	r.scanned = time.Now()
	return r.scan()
}

// round gives each of the next few files that have something a turn.
func (r *reader) round() []engine.Fetch {
	var fetches []engine.Fetch
	r.crowded = r.heavy() > maxHeavy
	next := 0 // behind those that are held
	for range len(r.turns) {
		if len(fetches) == filesPerPoll || r.failed != nil {
			break
		}
		if r.holds(r.turns[next]) {
			next++
			continue
		}
		p := r.takeTurn(next)
		if p.state != ready || !r.makeRoom(p) {
			continue
		}
		fetch, changed, err := p.step()
		if err != nil {
			r.failed = err
		}
		if changed {
			fetches = append(fetches, fetch)
		}
		if p.state == ended && r.failed == nil {
			r.failed = r.leave(p)
		}
	}
	return fetches
}

// wait pauses until the next scan is due, or other files are held. It returns at once if a file is ready.
func (r *reader) wait(ctx context.Context) error {
	for _, p := range r.turns {
		if p.state == ready && !r.holds(p) {
			return nil
		}
	}
	var due <-chan time.Time
	if r.follow {
		timer := time.NewTimer(scanEvery - time.Since(r.scanned))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-due:
	case <-r.woken:
	}
	return nil
}

// Hold implements engine.Aligner.
func (r *reader) Hold(partitions []string) {
	held := map[string]bool{}
	for _, name := range partitions {
		held[name] = true
	}
	r.held.Store(&held)
	select {
	case r.woken <- struct{}{}:
	default:
	}
}

// holds reports whether a file waits for others. Of files that stay open until they are read, more than may be open cannot wait for
// each other.
func (r *reader) holds(p *partition) bool {
	held := r.held.Load()
	if held == nil || !(*held)[p.name] {
		return false
	}
	return !p.heavy() || !r.crowded
}

// heavy counts the files that stay open until they are read.
func (r *reader) heavy() (n int) {
	for _, p := range r.turns {
		if p.heavy() {
			n++
		}
	}
	return n
}

// Committed needs nothing: files stay as they are.
func (r *reader) Committed(map[string]int64) error { return nil }

// Close closes the open files.
func (r *reader) Close() error {
	for _, p := range r.turns {
		p.close()
	}
	return nil
}
