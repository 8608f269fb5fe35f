package session

// deadlines is a heap of open sessions by their last events: the order in which they close. Each session has one entry. It may
// be early, for a session that has grown since, or of one that is merged into another: that is found out when it is due.
type deadlines []deadline

type deadline struct {
	last   int64 // of the session, when the entry was made
	id     uint32
	serial uint64
}

// Len implements heap.Interface.
func (d deadlines) Len() int { return len(d) }

// Less implements heap.Interface.
func (d deadlines) Less(i, j int) bool { return d[i].last < d[j].last }

// Swap implements heap.Interface.
func (d deadlines) Swap(i, j int) { d[i], d[j] = d[j], d[i] }

// Push implements heap.Interface.
func (d *deadlines) Push(x any) { *d = append(*d, x.(deadline)) }

// Pop implements heap.Interface.
func (d *deadlines) Pop() any {
	last := (*d)[len(*d)-1]
	*d = (*d)[:len(*d)-1]
	return last
}
