package session

// deadlines is a heap of open sessions by their last events: the order in which they close. Each session has one entry. It may
// be early, for a session that has grown since, or of one that is merged into another: that is found out when it is due.
type deadlines []deadline

type deadline struct {
	last   int64 // of the session, when the entry was made
	serial uint64
	id     uint32
}

// push adds an entry.
func (d *deadlines) push(x deadline) {
	*d = append(*d, x)
	h := *d
	i := len(h) - 1
	for i > 0 {
		above := (i - 1) / 2
		if h[above].last <= x.last {
			break
		}
		h[i] = h[above]
		i = above
	}
	h[i] = x
}

// pop removes the first entry.
func (d *deadlines) pop() {
	h := *d
	n := len(h) - 1
	last := h[n]
	*d = h[:n]
	if n > 0 {
		d.replace(last)
	}
}

// replace puts another entry in the first one's stead.
func (d *deadlines) replace(x deadline) {
	h := *d
	i := 0
	for {
		below := 2*i + 1
		if below >= len(h) {
			break
		}
		if below+1 < len(h) && h[below+1].last < h[below].last {
			below++
		}
		if h[below].last >= x.last {
			break
		}
		h[i] = h[below]
		i = below
	}
	h[i] = x
}
