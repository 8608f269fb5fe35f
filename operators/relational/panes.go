package relational

import (
	"cmp"
	"slices"
)

// panes are the windows that are open.
type panes struct {
	open []*pane // by key, ascending
	null *pane   // the window whose key is NULL
	last *pane   // hit last: consecutive rows mostly hit the same
	hit  []*pane // by the batch in hand
}

// find returns the pane of a key, nil where there is none, and the place where it would be.
func (ps *panes) find(k windowKey) (*pane, int) {
	if k.null {
		return ps.null, 0
	}
	i, found := slices.BinarySearchFunc(ps.open, k.value, func(p *pane, v int64) int { return cmp.Compare(p.key.value, v) })
	if !found {
		return nil, i
	}
	return ps.open[i], i
}

// at returns the pane of a key, a new one where there is none.
func (ps *panes) at(k windowKey, create func(windowKey) (*pane, error)) (*pane, error) {
	if ps.last != nil && ps.last.key == k {
		return ps.last, nil
	}
	p, i := ps.find(k)
	if p == nil {
		var err error
		if p, err = create(k); err != nil {
			return nil, err
		}
		if k.null {
			ps.null = p
		} else {
			ps.open = slices.Insert(ps.open, i, p)
		}
	}
	ps.last = p
	return p, nil
}

// takeBefore removes the panes with a smaller key, ascending.
func (ps *panes) takeBefore(key int64) []*pane {
	_, n := ps.find(windowKey{value: key})
	taken := slices.Clone(ps.open[:n])
	ps.open, ps.last = slices.Delete(ps.open, 0, n), nil
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
