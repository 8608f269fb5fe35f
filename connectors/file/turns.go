package file

import "slices"

// Bounds on what is open at a time, so that thousands of files need neither the descriptors nor the memory of thousands.
const (
	maxOpen  = 64 // files open at a time
	maxHeavy = 16 // of them, those with a decompressor or column reader, which stay open until they are read
)

// takeTurn moves one, before which all are held, to the end of the line.
func (r *reader) takeTurn(at int) *partition {
	p := r.turns[at]
	copy(r.turns[at:], r.turns[at+1:])
	r.turns[len(r.turns)-1] = p
	return p
}

// makeRoom reports whether p may be open now. It closes another file for it if that one costs little to open again: the one
// whose turn is furthest away.
func (r *reader) makeRoom(p *partition) bool {
	if p.content != nil {
		return true
	}
	open, heavy := r.countOpen()
	if p.heavy() && heavy >= maxHeavy {
		return false
	}
	if open < maxOpen {
		return true
	}
	for _, other := range slices.Backward(r.turns) {
		if other.content != nil && !other.heavy() {
			other.close()
			return true
		}
	}
	return false
}

func (r *reader) countOpen() (open, heavy int) {
	for _, p := range r.turns {
		if p.content == nil {
			continue
		}
		open++
		if p.heavy() {
			heavy++
		}
	}
	return open, heavy
}

// leave takes a partition that has ended out of the line. If its file turned out to be another one than was read before, that one
// begins.
func (r *reader) leave(p *partition) error {
	p.close()
	r.turns = slices.DeleteFunc(r.turns, func(o *partition) bool { return o == p })
	r.joined = slices.DeleteFunc(r.joined, func(o *partition) bool { return o == p })
	if r.follow && !p.replaced && !p.shrunk && !p.gone {
		r.done = append(r.done, p)
	}
	if !p.shrunk {
		return nil
	}
	info, err := stat(p.path)
	if err != nil || info == nil {
		return err
	}
	r.succeed(p.path, info, errShrunk.Error())
	return nil
}
