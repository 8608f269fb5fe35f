package journal

import (
	"fmt"
	"os"

	"github.com/weirdb/weir/engine"
)

// cursor reads records in order, those that are safe. One goroutine uses it.
type cursor struct {
	journal *Journal
	next    int64 // the number of the next record
	walker  walker
	first   int64        // of the segment that walker is in; its file is nil if there is none
	block   []byte       // what is left of the block that is being read
	at      int64        // the number of the first record in it
	meta    *engine.Meta // of the records in it; nil if they have no trace
	lost    *loss        // the last part that could not be read, while it is not known which records were in it
}

// span is the part of the journal that a cursor may read now: one segment.
type span struct {
	segment
	end int64 // the number behind its last record
}

// spanOf finds the segment of a record; false if there is none yet. A record that retention has removed has the first that is left.
func (j *Journal) spanOf(next int64) (s span, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if next >= j.next || len(j.segments) == 0 {
		return s, false
	}
	at := 0
	for at+1 < len(j.segments) && j.segments[at+1].first <= next {
		at++
	}
	s = span{segment: j.segments[at], end: j.next}
	if at+1 < len(j.segments) {
		s.end = j.segments[at+1].first
	}
	return s, true
}

// read appends records to a fetch, to at most count records and about so many bytes, and moves its Next on. Records that cannot be read
// are in its Rejects. It returns as well when there is nothing more to read now.
func (c *cursor) read(f *engine.Fetch, count int, bytes int64) error {
	for len(f.Records) < count && bytes > 0 {
		if len(c.block) > 0 {
			if err := c.take(f, &bytes); err != nil {
				return err
			}
			continue
		}
		s, ok := c.journal.spanOf(c.next)
		if !ok {
			return nil
		}
		if err := c.enter(s); err != nil {
			return err
		}
		if err := c.step(f, s); err != nil {
			return err
		}
	}
	return nil
}

// take gives the next record of the block to the fetch, unless it was read before.
func (c *cursor) take(f *engine.Fetch, bytes *int64) error {
	record, rest, ok := nextRecord(c.block)
	if !ok {
		return fmt.Errorf("journal %s: record %d is not what its block says, which is intact: please report this", c.walker.file.Name(), c.at)
	}
	if c.at >= c.next {
		f.Records = append(f.Records, engine.Record{Offset: c.at, Value: record, Meta: c.meta})
		c.next, f.Next = c.at+1, c.at+1
		*bytes -= int64(len(record))
	}
	c.block, c.at = rest, c.at+1
	return nil
}

// enter opens the segment, or says that more of it can be read.
func (c *cursor) enter(s span) error {
	if c.walker.file != nil && c.first == s.first {
		c.walker.size = s.size
		return nil
	}
	c.close()
	f, err := os.Open(c.journal.path(s.first))
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	c.first = s.first
	c.walker = walker{file: f, size: s.size, next: s.first}
	return nil
}

// step reads the next block of the segment, or finds what is missing.
func (c *cursor) step(f *engine.Fetch, s span) error {
	c.walker.limit = s.end
	h, block, lost, err := c.walker.step()
	switch {
	case err != nil:
		return fmt.Errorf("journal: %w", err)
	case lost != nil:
		if c.lost == nil {
			c.lost = lost
		}
	case h == nil: // the segment's end: what is missing before the next one will not come
		c.miss(f, s.end)
	case h.end() <= c.next: // read before
		c.lost = nil
	default:
		c.miss(f, h.first)
		return c.begin(h, block)
	}
	return nil
}

// begin takes up a block.
func (c *cursor) begin(h *head, block []byte) error {
	c.block, c.at, c.meta = block, h.first, nil
	if h.version != tracedBlock {
		return nil
	}
	trace, rest, ok := nextRecord(block)
	if !ok {
		return fmt.Errorf("journal %s: the block of record %d is not what it says, and is intact: please report this", c.walker.file.Name(), h.first)
	}
	c.block, c.meta = rest, &engine.Meta{Timestamp: engine.MinTime, Headers: engine.TraceContext(trace).Headers()}
	return nil
}

// miss notes that the records up to a number are not there, if some are, and passes over them.
func (c *cursor) miss(f *engine.Fetch, to int64) {
	lost := c.lost
	c.lost = nil
	if to <= c.next {
		return
	}
	letter := engine.DeadLetter{Offset: c.next, Reason: c.reason(lost, to)}
	if lost != nil {
		letter.Value = lost.text
	}
	c.journal.settings.Log.Error("records of the journal cannot be read", "first", c.next, "next", to, "reason", letter.Reason)
	f.Rejects = append(f.Rejects, letter)
	c.next, f.Next = to, to
}

func (c *cursor) reason(lost *loss, to int64) string {
	which := fmt.Sprintf("records %d to %d", c.next, to-1)
	if to == c.next+1 {
		which = fmt.Sprintf("record %d", c.next)
	}
	if lost == nil {
		return fmt.Sprintf("%s: not in the journal %s, removed by retention, or by somebody, before it was read; reading goes on at %d",
			which, c.journal.settings.Dir, to)
	}
	return fmt.Sprintf("%s: cannot be read, %s is damaged at byte %d (%d bytes); reading goes on at %d. If a copy of the file is undamaged, "+
		"stop weir, put it back, and rebuild the views", which, c.walker.file.Name(), lost.offset, lost.bytes, to)
}

func (c *cursor) close() {
	if c.walker.file != nil {
		_ = c.walker.file.Close() // it was only read
	}
	c.walker, c.block = walker{}, nil
}
