package kafka

import (
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"
)

// recordPool lends the client the slices that it decodes into, one for each batch that a producer sent. They come back in
// each poll, once offsets and values have been taken over. The values lie in the response's own memory, which is never reused.
type recordPool struct {
	mu   sync.Mutex
	free [][]kgo.Record
	room int // records that the free slices have room for
}

// maxRoom bounds what the pool keeps, to about 12 MB.
const maxRoom = 64 << 10

// maxLook bounds the search for a slice that is long enough. Batches of a topic are mostly alike.
const maxLook = 8

// GetRecords returns a slice with room for n records, or nil if none is at hand.
func (p *recordPool) GetRecords(n int) []kgo.Record {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.free) - 1
	for i := last; i >= max(0, last-maxLook); i-- {
		if s := p.free[i]; cap(s) >= n {
			p.free[i] = p.free[last]
			p.free = p.free[:last]
			p.room -= cap(s)
			return s
		}
	}
	return nil
}

// PutRecords takes a slice back. A full pool starts over, so that it follows when the size of batches changes.
func (p *recordPool) PutRecords(s []kgo.Record) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.room+cap(s) > maxRoom {
		clear(p.free)
		p.free, p.room = p.free[:0], 0
	}
	if cap(s) <= maxRoom {
		p.free, p.room = append(p.free, s), p.room+cap(s)
	}
}
