package nexmark

// partition is the part of a table's events that one of several partitions gets: every rounds-th round of 50.
//
//	position    0 … 49   50 … 99   100 … 149   150 … 199
//	partition   0        1         0           1
type partition struct {
	*table
	index, of int64
}

// take appends to dst the partition's positions from next on that lie below limit, at most most of them, and returns the
// position behind them.
func (p partition) take(dst []int64, next, limit int64, most int) ([]int64, int64) {
	for len(dst) < most {
		from := p.upcoming(next)
		if from >= limit {
			break
		}
		next = min(from/round*round+p.first+p.count, limit, from+int64(most-len(dst)))
		for at := from; at < next; at++ {
			dst = append(dst, at)
		}
	}
	return dst, next
}

// upcoming is the first position from next on that belongs to the partition.
func (p partition) upcoming(next int64) int64 {
	turn, place := next/round, next%round
	if place >= p.first+p.count {
		turn, place = turn+1, 0
	}
	if away := (p.index - turn%p.of + p.of) % p.of; away > 0 {
		turn, place = turn+away, 0
	}
	return turn*round + max(place, p.first)
}

// before counts the partition's positions below limit.
func (p partition) before(limit int64) int64 {
	turns := limit / round
	own := (turns - p.index + p.of - 1) / p.of * p.count
	if turns%p.of == p.index {
		own += min(max(limit%round-p.first, 0), p.count)
	}
	return own
}
