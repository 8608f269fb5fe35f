package aggregate

import "github.com/weirdb/weir/engine/spill"

// changes remembers which groups of a pane have changed since the last flush, and what their results were then. The old
// results are taken down just before the first change, so that nothing has to be kept of groups that rest.
//
//	flush ──► row for group 3 comes: old[3] = results now ──► update ──► more rows ──► flush: -1 old[3], +1 results now
type changes struct {
	emitted int      // groups numbered from here on have never been emitted
	dirty   []bool   // by group
	touched []uint32 // the dirty groups
	starts  []int    // of each touched group: where its old results start, -1 for a group that has none
	old     []byte   // old results, encoded
	hidden  []bool   // by group: it was emitted, but has no row there any more
	hiding  int      // groups that are hidden
}

func (c *changes) reset() {
	*c = changes{dirty: c.dirty[:0], touched: c.touched[:0], starts: c.starts[:0], old: c.old[:0], hidden: c.hidden[:0]}
}

func (c *changes) free() {
	spill.Free(c.old)
	c.old = nil
}

// settle says that everything the pane has is emitted.
func (c *changes) settle(groups int) {
	for _, g := range c.touched {
		c.dirty[g] = false
	}
	c.touched, c.starts, c.old = c.touched[:0], c.starts[:0], c.old[:0]
	c.emitted = groups
	if cap(c.old) > maxBytes {
		c.free()
	}
}

// touch notes that groups are about to change.
func (o *Operator) touch(p *pane, groups []uint32) error {
	if !o.config.Node.Changes || o.held(p) {
		return nil
	}
	c := &p.changes
	for len(c.dirty) < p.table.Len() {
		c.dirty = append(c.dirty, false)
	}
	first := len(c.touched)
	for _, g := range groups {
		if !c.dirty[g] {
			c.dirty[g] = true
			c.touched = append(c.touched, g)
		}
	}
	return o.results.remember(p, c.touched[first:])
}

// place notes where the old results of each group start.
func (c *changes) place(groups []uint32, ends []int, base int) {
	start := base
	for _, g := range groups {
		if !c.shown(g) {
			c.starts = append(c.starts, -1)
			continue
		}
		c.starts = append(c.starts, start)
		start, ends = base+ends[0], ends[1:]
	}
}
