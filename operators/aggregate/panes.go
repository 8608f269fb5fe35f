package aggregate

import (
	"cmp"
	"slices"
)

// panes are the windows that are open.
type panes struct {
	open []*pane // by key, ascending
	null *pane   // the window whose key is NULL
	last *pane   // hit last: consecutive rows mostly hit the same
	free []*pane // for reuse
	hit  []*pane // by the batch in hand

	values []int64 // window keys of the batch in hand
}

// maxFree bounds what closed windows leave behind for the next ones.
const maxFree = 8

// maxFreeGroups is the size from which a closed window's memory is not kept.
const maxFreeGroups = 1 << 20

// at returns the pane of a key, a new one where there is none. The rows that hop and cumulate make of one row hit its windows one
// after the other, and those of the next row do so in the same order.
func (ps *panes) at(k windowKey, create func() (*pane, error)) (*pane, error) {
	before := ps.last
	switch {
	case before == nil:
		return ps.search(k, create)
	case before.key == k:
		return before, nil
	case before.after != nil && before.after.key == k:
		ps.last = before.after
		return ps.last, nil
	}
	p, err := ps.search(k, create)
	before.after = p
	return p, err
}

// search is at where there is nothing to guess by.
func (ps *panes) search(k windowKey, create func() (*pane, error)) (*pane, error) {
	i, found := slices.BinarySearchFunc(ps.open, k.value, func(p *pane, v int64) int { return cmp.Compare(p.key.value, v) })
	switch {
	case k.null && ps.null != nil:
		ps.last = ps.null
		return ps.last, nil
	case !k.null && found:
		ps.last = ps.open[i]
		return ps.last, nil
	}
	return ps.add(k, i, create)
}

// add makes the pane of a key that has none; i is its place among those that are open.
func (ps *panes) add(k windowKey, i int, create func() (*pane, error)) (*pane, error) {
	p, err := ps.fresh(k, create)
	if err != nil {
		return nil, err
	}
	if k.null {
		ps.null = p
	} else {
		ps.open = slices.Insert(ps.open, i, p)
	}
	ps.last = p
	return p, nil
}

// only returns the pane of a node without windows.
func (ps *panes) only(create func() (*pane, error)) (*pane, error) { return ps.at(windowKey{}, create) }

func (ps *panes) fresh(k windowKey, create func() (*pane, error)) (*pane, error) {
	if n := len(ps.free); n > 0 {
		p := ps.free[n-1]
		ps.free = ps.free[:n-1]
		p.key, p.after = k, nil
		return p, nil
	}
	p, err := create()
	if err == nil {
		p.key = k
	}
	return p, err
}

// takeBefore removes the panes with a smaller key, ascending.
func (ps *panes) takeBefore(key int64) []*pane {
	n := 0
	for n < len(ps.open) && ps.open[n].key.value < key {
		n++
	}
	if n == 0 {
		return nil
	}
	taken := slices.Clone(ps.open[:n])
	ps.open = slices.Delete(ps.open, 0, n)
	ps.last = nil
	return taken
}

// takeAll removes all panes, the one of NULL last.
func (ps *panes) takeAll() []*pane {
	taken := ps.all()
	ps.open, ps.null, ps.last = nil, nil, nil
	return taken
}

// all lists the panes, the one of NULL last.
func (ps *panes) all() []*pane {
	all := slices.Clone(ps.open)
	if ps.null != nil {
		all = append(all, ps.null)
	}
	return all
}

// recycle keeps a dropped pane's memory for the next one.
func (ps *panes) recycle(p *pane) {
	if len(ps.free) == maxFree || p.table.Len() > maxFreeGroups {
		p.release()
		return
	}
	p.reset()
	ps.free = append(ps.free, p)
}
