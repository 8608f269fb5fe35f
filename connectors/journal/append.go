package journal

import (
	"context"
	"math"
	"time"

	"github.com/weirdb/weir/engine"
)

// group is what one write and one fsync make safe: the records of all that have asked since the last one.
//
//	Append ──┐
//	Append ──┼─► group 7: write, fsync │ Append ──┐
//	Append ──┘                         │ Append ──┴─► group 8
type group struct {
	blocks []pending
	bytes  int64
	err    error         // set once done
	done   chan struct{} // closed when all is safe, or has failed
}

// pending is a block that waits to be written.
type pending struct {
	head
	block []byte
}

// Append makes records safe, all or none, and returns then. It copies them. At the bound the error is ErrFull, while the disk is full
// it wraps syscall.ENOSPC: in both cases, as with any error, nothing was kept, and the same call may work later. When ctx ends
// first, it is not known whether the records are kept.
func (j *Journal) Append(ctx context.Context, records [][]byte) error {
	return j.AppendTraced(ctx, "", records)
}

// AppendTraced is Append for records that belong to a trace, if it is not empty. They are read with it, as headers in their Meta.
func (j *Journal) AppendTraced(ctx context.Context, trace engine.TraceContext, records [][]byte) error {
	if len(records) == 0 {
		return nil
	}
	h, block := encode(trace, records)
	g, err := j.join(pending{h, block})
	if err != nil {
		return err
	}
	select {
	case <-g.done:
		return g.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// join puts a block into the group that is written next.
func (j *Journal) join(p pending) (*group, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.started || j.closed {
		return nil, ErrClosed
	}
	if p.size() > math.MaxUint32 || j.sizeLocked()+j.queued+p.size() > j.settings.MaxBytes {
		return nil, ErrFull
	}
	if j.group == nil {
		j.group = &group{done: make(chan struct{})}
	}
	j.group.blocks = append(j.group.blocks, p)
	j.group.bytes += p.size()
	j.queued += p.size()
	j.poke()
	return j.group, nil
}

// sizeLocked is how many bytes all segments have. The caller holds mu.
func (j *Journal) sizeLocked() (total int64) {
	for _, s := range j.segments {
		total += s.size
	}
	return total
}

// write is the one goroutine that changes files, until Close.
func (j *Journal) write() {
	defer close(j.done)
	for range j.wake {
		j.tidy()
		for g := j.take(); g != nil; g = j.take() {
			g.err = j.store(g)
			close(g.done)
		}
	}
	j.closeTail()
}

// take takes the group that has gathered, after the delay in which more may join it. Nil if there is none.
func (j *Journal) take() *group {
	j.mu.Lock()
	waits := j.group != nil && !j.closed && j.settings.Delay > 0
	j.mu.Unlock()
	if waits {
		time.Sleep(j.settings.Delay)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	g := j.group
	j.group = nil
	return g
}
