package join

// admit adds the rows in hand to their side.
func (o *Operator) admit(h *hand) {
	own := o.sides[h.input]
	h.ids = own.place(h.batch.Rows.Columns(), h.rows)
	h.fresh = room(h.fresh, len(h.rows))
	moments := own.moments(h, o.drops())
	for k, id := range h.ids {
		e := own.entries.at(id)
		h.fresh[k] = e.key == gone
		if h.fresh[k] {
			e.count, e.matches = 0, 0
			own.link(id, h.keys[k])
		}
		e.count += h.weight(k)
		if h.times != nil {
			e.time = h.times[h.rows[k]]
		}
		if o.node.Changes && (own.shows != showsPairs || e.count == 0) {
			own.touched = append(own.touched, id)
		}
	}
	own.expiry.add(moments)
}

// drops says whether the watermark drops state.
func (o *Operator) drops() bool { return o.bounds != nil && !o.node.Changes }

// moments lists the times of the rows in hand, if they are to be dropped by them.
func (s *side) moments(h *hand, drops bool) []moment {
	if !drops {
		return nil
	}
	out := make([]moment, len(h.rows))
	for k, id := range h.ids {
		out[k] = moment{h.times[h.rows[k]], id}
	}
	return out
}
