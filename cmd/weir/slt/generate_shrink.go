package slt

import "slices"

// shrink makes a failing test smaller as long as it still fails: fewer views, events, columns, and parts of views. It tries
// at most the given number of times.
func shrink(c *generated, tries int, fails func(*generated) bool) *generated {
	try := func(smaller *generated) bool {
		tries--
		return tries >= 0 && fails(smaller)
	}
	for size := -1; size != c.size() && tries > 0; {
		size = c.size()
		c = dropSome(c, try, func(c *generated) *[]*generatedView { return &c.Views })
		c = dropSome(c, try, func(c *generated) *[]generatedEvent { return &c.Events })
		for i := range c.Views {
			c = dropParts(c, i, try)
		}
		for at := len(c.Columns) - 1; at > 0; at-- {
			smaller := c.clone()
			smaller.Columns = slices.Delete(smaller.Columns, at, at+1)
			if try(smaller) {
				c = smaller
			}
		}
	}
	return c
}

// dropSome drops runs of a list's elements, long ones first.
func dropSome[T any](c *generated, try func(*generated) bool, list func(*generated) *[]T) *generated {
	for run := (len(*list(c)) + 1) / 2; run > 0; run /= 2 {
		for at := 0; at < len(*list(c)); {
			smaller := c.clone()
			from := *list(smaller)
			*list(smaller) = slices.Delete(from, at, min(at+run, len(from)))
			if try(smaller) {
				c = smaller
			} else {
				at += run
			}
		}
	}
	return c
}

// dropParts drops columns and conditions of a view and of the query that it reads.
func dropParts(c *generated, view int, try func(*generated) bool) *generated {
	for _, of := range []func(*generated) *generatedView{
		func(c *generated) *generatedView { return c.Views[view] },
		func(c *generated) *generatedView { return c.Views[view].Inner },
	} {
		if of(c) == nil {
			continue
		}
		c = dropSome(c, try, func(c *generated) *[]generatedItem { return &of(c).Items })
		for _, texts := range []func(*generatedView) *[]string{
			func(v *generatedView) *[]string { return &v.Where },
			func(v *generatedView) *[]string { return &v.Having },
			func(v *generatedView) *[]string { return &v.Groups },
		} {
			for at := len(*texts(of(c))) - 1; at >= 0; at-- {
				smaller := c.clone()
				list := texts(of(smaller))
				*list = slices.Delete(*list, at, at+1)
				if try(smaller) {
					c = smaller
				}
			}
		}
	}
	return c
}

func (c *generated) size() int {
	n := len(c.Columns) + len(c.Events) + len(c.Views)
	for _, v := range c.Views {
		n += v.size()
	}
	return n
}

func (v *generatedView) size() int {
	if v == nil {
		return 0
	}
	return len(v.Items) + len(v.Where) + len(v.Groups) + len(v.Having) + v.Inner.size()
}

func (c *generated) clone() *generated {
	out := *c
	out.Columns, out.Events = slices.Clone(c.Columns), slices.Clone(c.Events)
	out.Views = make([]*generatedView, len(c.Views))
	for i, v := range c.Views {
		out.Views[i] = v.clone()
	}
	return &out
}

func (v *generatedView) clone() *generatedView {
	if v == nil {
		return nil
	}
	out := *v
	out.Items, out.Inner = slices.Clone(v.Items), v.Inner.clone()
	out.Where, out.Groups, out.Having = slices.Clone(v.Where), slices.Clone(v.Groups), slices.Clone(v.Having)
	return &out
}
