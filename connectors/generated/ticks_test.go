package generated

import (
	"strconv"
	"testing"
	"time"

	"github.com/weirdb/weir/connectors/generated/generatedtest"
	"github.com/weirdb/weir/engine"
)

// ticks are positions that fall due ten times a second, dealt in turn. Every seventh has no record.
type ticks struct {
	mark    Mark
	of      int64
	unpaced bool
}

func (s ticks) Due(now time.Time) int64 {
	if s.unpaced {
		return Endless
	}
	return s.mark.Position + int64(now.Sub(s.mark.Wall)/(100*time.Millisecond)) + 1
}

func (s ticks) Until(position int64, now time.Time) time.Duration {
	return time.Duration(position-s.mark.Position)*100*time.Millisecond - now.Sub(s.mark.Wall)
}

func (s ticks) Upcoming(partition, next int64) int64 {
	return next + (partition-next%s.of+s.of)%s.of
}

func (s ticks) Before(partition, position int64) int64 {
	return (position - partition + s.of - 1) / s.of
}

const tickBatch = 20

func (s ticks) Fetch(partition, next, limit int64) engine.Fetch {
	f := engine.Fetch{Next: next}
	for len(f.Records) < tickBatch && s.Upcoming(partition, f.Next) < limit {
		at := s.Upcoming(partition, f.Next)
		f.Next = at + 1
		if at%7 > 0 {
			f.Records = append(f.Records, engine.Record{Offset: at, Value: strconv.AppendInt(nil, at, 10)})
		}
	}
	return f
}

// setup is two partitions of an endless stream.
func setup(c Clock) Setup {
	return Setup{Timelines: NewTimelines(c), Key: "ticks", Partitions: 2, End: Endless, Pace: "tempo",
		Anchor: func(m Mark) Stream { return ticks{mark: m, of: 2} }}
}

// flat is two partitions of a stream that is due at once.
func flat(end int64) Setup {
	s := setup(generatedtest.NewClock())
	s.End, s.Unpaced = end, true
	s.Anchor = func(m Mark) Stream { return ticks{mark: m, of: 2, unpaced: true} }
	return s
}

func open(t *testing.T, s Setup, o engine.ReadOptions) *Reader {
	t.Helper()
	r, err := Open(s, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// positions are those of the records, partition by partition.
func positions(fetches []engine.Fetch) map[string][]int64 {
	out := map[string][]int64{}
	for _, f := range fetches {
		for _, r := range f.Records {
			out[f.Partition] = append(out[f.Partition], r.Offset)
		}
	}
	return out
}
