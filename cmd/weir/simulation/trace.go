package simulation

import (
	"fmt"
	"hash/fnv"
)

// trace is what happened in a run. Only the driver writes it, so that its order is the order in which things were decided.
type trace struct{ lines []string }

func (t *trace) add(format string, args ...any) {
	t.lines = append(t.lines, fmt.Sprintf(format, args...))
}

// digest is one number for the whole.
func (t *trace) digest() uint64 {
	h := fnv.New64a()
	for _, line := range t.lines {
		_, _ = h.Write([]byte(line))
		_, _ = h.Write([]byte{'\n'})
	}
	return h.Sum64()
}

// hashOf is a short name for a text.
func hashOf(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text))
	return h.Sum64()
}
