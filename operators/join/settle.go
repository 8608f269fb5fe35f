package join

import "github.com/weirdb/weir/engine"

// Flush implements engine.Flusher. What an outer, semi or anti join emits for a row, because it has a match or has none, is
// emitted here, as the difference to what has been:
//
//	left row, twice there, no match    shown 2    a right row comes    ──► −1 −1    shown 0
//
// Rows that come and go between two flushes leave no trace.
func (o *Operator) Flush(out engine.Emitter) error {
	if !o.node.Changes {
		return nil
	}
	for input := range o.sides {
		if err := o.settle(input, out); err != nil {
			return err
		}
	}
	return o.tidy()
}

func (o *Operator) settle(input int, out engine.Emitter) error {
	s, to := o.sides[input], o.output
	for _, id := range s.touched {
		e := s.entries.at(id)
		wanted := int32(0)
		if e.key != gone && o.shown(input, e) {
			wanted = e.count
		}
		for difference := wanted - e.shown; difference != 0; difference -= sign(difference) {
			to.other = append(to.other, id)
			to.weigh(difference)
			if len(to.other) < maxRows {
				continue
			}
			if err := o.emitSettled(input, out); err != nil {
				return err
			}
		}
		e.shown = wanted
		if e.count == 0 && e.key != gone {
			s.unlink(id)
		}
	}
	s.touched = s.touched[:0]
	return o.emitSettled(input, out)
}

func (o *Operator) emitSettled(input int, out engine.Emitter) error {
	n := len(o.output.other)
	if n == 0 {
		return nil
	}
	o.taken = o.sides[input].rows.take(o.config.Allocator, o.output.other, o.taken)
	o.output.other = o.output.other[:0]
	return o.emitAlone(input, n, out)
}

// shown reports whether a row is in the output on account of its matches, or for want of them.
func (o *Operator) shown(input int, e *entry) bool {
	matched := e.matches > 0
	if input == 0 && o.sides[1].weights != nil {
		matched = o.sides[1].weights[e.key] > 0
	}
	switch o.sides[input].shows {
	case showsMatched:
		return matched
	case showsUnmatched:
		return !matched
	}
	return false
}

func sign(n int32) int32 {
	if n < 0 {
		return -1
	}
	return 1
}
