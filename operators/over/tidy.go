package over

// fewRows may be out of reach without it being worth the search.
const fewRows = 4096

// tidy cuts the history of partitions that no row comes to any more, and copies rows together, where that is worth its cost.
func (o *Operator) tidy() {
	if o.rows.Len() > 2*o.swept+fewRows || len(o.partitions) > 2*o.swept+fewRows {
		for i := range o.partitions {
			o.partitions[i].trim(o.calls.reach, o.bound, o.rows)
		}
		o.forget()
		o.swept = max(o.rows.Len(), len(o.partitions))
	}
	if o.rows.Crowded() {
		o.rows.Compact(o.held)
	}
}

// forget drops partitions of which nothing is left. Where calls have a state, or want rows however old, that is none.
func (o *Operator) forget() {
	if len(o.calls.kept) > 0 {
		return
	}
	busy := make([]bool, len(o.partitions))
	for _, e := range o.pending {
		busy[e.group] = true
	}
	var held []uint32
	moved := make([]uint32, len(o.partitions))
	for g, p := range o.partitions {
		if busy[g] || len(p.first)+len(p.history) > 0 || p.last >= o.bound {
			moved[g] = uint32(len(held))
			o.partitions[len(held)] = p
			held = append(held, uint32(g))
		}
	}
	clear(o.partitions[len(held):])
	o.partitions = o.partitions[:len(held)]
	o.table.Keep(held)
	for i := range o.pending {
		o.pending[i].group = moved[o.pending[i].group]
	}
}
