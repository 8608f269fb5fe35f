package slt

import (
	"slices"
	"time"
)

// shrink makes a failing test smaller as long as it still fails: fewer views, events, columns, and parts of views. It tries
// at most the given number of times.
func shrink(c *generated, tries int, fails func(*generated) bool) *generated {
	s := &shrinker{now: c, try: func(smaller *generated) bool {
		tries--
		return tries >= 0 && fails(smaller)
	}}
	for size := -1; size != s.now.size() && tries > 0; {
		size = s.now.size()
		dropSome(s, func(c *generated) *[]*generatedView { return &c.Views })
		s.simplify()
		if !s.now.Cut.IsZero() {
			s.change(func(c *generated) { c.Cut = time.Time{} })
		}
		for i := range s.now.Sources {
			dropSome(s, func(c *generated) *[]generatedEvent { return &c.Sources[i].Events })
		}
		for i := range s.now.Views {
			for part := 0; part < len(s.now.Views[i].parts()); part++ {
				s.dropParts(func(c *generated) *generatedView { return c.Views[i].parts()[part] })
			}
		}
		s.dropColumns()
	}
	return s.now
}

// shrinker holds the smallest test that fails so far.
type shrinker struct {
	now *generated
	try func(*generated) bool
}

// change tries a change.
func (s *shrinker) change(by func(*generated)) bool {
	smaller := s.now.clone()
	by(smaller)
	if !s.try(smaller) {
		return false
	}
	s.now = smaller
	return true
}

// simplify puts a part of a view in its place.
func (s *shrinker) simplify() {
	for i := range s.now.Views {
		for part := 1; part < len(s.now.Views[i].parts()); part++ {
			if s.change(func(c *generated) {
				whole := c.Views[i]
				c.Views[i] = whole.parts()[part]
				c.Views[i].Name, c.Views[i].Emit = whole.Name, whole.Emit
			}) {
				part = 0
			}
		}
	}
}

func (s *shrinker) dropColumns() {
	for i := range s.now.Sources {
		for at := len(s.now.Sources[i].Columns) - 1; at > 0; at-- {
			s.change(func(c *generated) { c.Sources[i].Columns = slices.Delete(c.Sources[i].Columns, at, at+1) })
		}
	}
	for i := len(s.now.Sources) - 1; i >= 0 && len(s.now.Sources) > 1; i-- {
		s.change(func(c *generated) { c.Sources = slices.Delete(c.Sources, i, i+1) })
	}
}

// dropSome drops runs of a list's elements, long ones first.
func dropSome[T any](s *shrinker, list func(*generated) *[]T) {
	for run := (len(*list(s.now)) + 1) / 2; run > 0; run /= 2 {
		for at := 0; at < len(*list(s.now)); {
			if !s.change(func(c *generated) {
				from := *list(c)
				*list(c) = slices.Delete(from, at, min(at+run, len(from)))
			}) {
				at += run
			}
		}
	}
}

// dropParts drops clauses, columns and conditions of a part of a view.
func (s *shrinker) dropParts(of func(*generated) *generatedView) {
	s.dropItems(of)
	if of(s.now).Order != "" {
		s.change(func(c *generated) { of(c).Order = "" })
	}
	dropSome(s, func(c *generated) *[]generatedJoin { return &of(c).Joins })
	dropSome(s, func(c *generated) *[]generatedSet { return &of(c).Sets })
	for i := range of(s.now).Joins {
		dropSome(s, func(c *generated) *[]string { return &of(c).Joins[i].On })
	}
	for _, texts := range []func(*generatedView) *[]string{
		func(v *generatedView) *[]string { return &v.Where },
		func(v *generatedView) *[]string { return &v.Qualify },
		func(v *generatedView) *[]string { return &v.Having },
		func(v *generatedView) *[]string { return &v.Groups },
	} {
		dropSome(s, func(c *generated) *[]string { return texts(of(c)) })
	}
}

// dropItems drops a column: of a set operation, on all its sides.
func (s *shrinker) dropItems(of func(*generated) *generatedView) {
	for at := len(of(s.now).Items) - 1; at >= 0; at-- {
		s.change(func(c *generated) {
			v := of(c)
			v.Items = slices.Delete(v.Items, at, at+1)
			for _, x := range v.Sets {
				if at < len(x.View.Items) {
					x.View.Items = slices.Delete(x.View.Items, at, at+1)
				}
			}
		})
	}
}

func (c *generated) size() int {
	n := len(c.Views) + len(c.Sources)
	for _, s := range c.Sources {
		n += len(s.Columns) + len(s.Events)
	}
	for _, v := range c.Views {
		n += v.size()
	}
	return n
}

func (c *generated) clone() *generated {
	out := *c
	out.Sources = make([]*generatedSource, len(c.Sources))
	for i, s := range c.Sources {
		copied := *s
		copied.Columns, copied.Events = slices.Clone(s.Columns), slices.Clone(s.Events)
		out.Sources[i] = &copied
	}
	out.Views = make([]*generatedView, len(c.Views))
	for i, v := range c.Views {
		out.Views[i] = v.clone()
	}
	return &out
}
