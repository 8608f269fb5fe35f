package simulation

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine"
)

// letterKey is where a dead letter lay.
type letterKey struct {
	source, partition string
	offset            int64
}

// letters are the dead letters by where they lay: each is kept once.
type letters map[letterKey]engine.DeadLetter

// add keeps a dead letter. It returns false if it was there, though it was said to be new.
func (l letters) add(d engine.DeadLetter) bool {
	key := letterKey{d.Source, d.Partition, d.Offset}
	if _, known := l[key]; known {
		return d.Again
	}
	d.Value = slices.Clone(d.Value)
	l[key] = d
	return true
}

// ahead reports whether an event was refused for its time.
func (l letters) ahead(e event) bool {
	d, ok := l[letterKey{e.source, e.partition, e.offset}]
	return ok && strings.HasPrefix(d.Reason, engine.TooFarAhead)
}

// RefusedAhead implements runtime.Letters.
func (l letters) RefusedAhead(_ context.Context, source string, from map[string]int64) (map[string][]int64, error) {
	out := map[string][]int64{}
	for key, d := range l {
		if key.source == source && strings.HasPrefix(d.Reason, engine.TooFarAhead) && key.offset >= from[key.partition] {
			out[key.partition] = append(out[key.partition], key.offset)
		}
	}
	for _, offsets := range out {
		slices.SortFunc(offsets, cmp.Compare[int64])
	}
	return out, nil
}
