package asof

import (
	"math"
	"slices"

	"github.com/weirdb/weir/operators/rowstore"
)

// noTime is before every row.
const noTime = math.MinInt64

// key is what is kept of a key's right rows: one of each time, by time.
type key struct {
	rights []rightRow
	seen   int64 // right rows that left rows have seen, or missed, lie at or before it: see late.go
}

type rightRow struct {
	time int64
	row  rowstore.Ref
}

// insert adds a right row, unless there is one of its time. It reports whether it did.
func (k *key) insert(r rightRow) bool {
	n := len(k.rights)
	if n == 0 || k.rights[n-1].time < r.time {
		k.rights = append(k.rights, r)
		return true
	}
	at, found := slices.BinarySearchFunc(k.rights, r.time, compareTime)
	if !found {
		k.rights = slices.Insert(k.rights, at, r)
	}
	return !found
}

func compareTime(r rightRow, t int64) int {
	switch {
	case r.time < t:
		return -1
	case r.time > t:
		return 1
	}
	return 0
}

// match finds the position of the newest right row at t, or before t if strict; -1 without one.
func (k *key) match(t int64, strict bool) int {
	at, found := slices.BinarySearchFunc(k.rights, t, compareTime)
	if found && !strict {
		return at
	}
	return at - 1
}

// trim drops the right rows that no left row from bound on can match.
func (k *key) trim(bound int64, strict bool, rows *rowstore.Store) {
	n := k.match(bound, strict)
	if n <= 0 {
		return
	}
	for _, r := range k.rights[:n] {
		rows.Drop([]rowstore.Ref{r.row})
	}
	k.rights = slices.Delete(k.rights, 0, n)
}
