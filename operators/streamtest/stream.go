package streamtest

import (
	"math"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
)

// Hash hashes the key of each row.
type Hash = func(arrow.RecordBatch, []uint64)

// Input is a stream of rows in the order of arrival, whose watermark is Delay microseconds behind the highest time seen.
type Input struct {
	Rows  arrow.RecordBatch
	Time  int // column
	Delay int64

	sent      int64
	watermark int64
}

// Stream sends the inputs, a random piece of a random one at a time, and advances and moves the operator in between. Its
// watermark is the lowest of the inputs'.
func (c *Cluster) Stream(inputs ...Input) {
	c.T.Helper()
	for i := range inputs {
		inputs[i].watermark = math.MinInt64
	}
	for left := len(inputs); left > 0; {
		i := c.Random.IntN(len(inputs))
		if in := &inputs[i]; in.sent < in.Rows.NumRows() {
			c.piece(i, in)
			if in.sent == in.Rows.NumRows() {
				in.watermark = math.MaxInt64
				left--
			}
		}
		if c.Random.IntN(3) > 0 {
			c.Advance(lowest(inputs))
		}
		if c.Random.IntN(8) == 0 {
			c.Move(1 + c.Random.IntN(4))
		}
	}
	c.Advance(engine.MaxTime)
}

// piece sends some rows.
func (c *Cluster) piece(i int, in *Input) {
	c.T.Helper()
	to := min(in.Rows.NumRows(), in.sent+1+c.Random.Int64N(50))
	part := in.Rows.NewSlice(in.sent, to)
	defer part.Release()
	c.Process(i, part)
	times := part.Column(in.Time).(*array.Timestamp)
	for r := range times.Len() {
		if t := times.Value(r); times.IsValid(r) && t != math.MaxInt64 && t != -math.MaxInt64 { // infinities are no times
			in.watermark = max(in.watermark, int64(times.Value(r))-in.Delay)
		}
	}
	in.sent = to
}

func lowest(inputs []Input) engine.Time {
	wm := int64(math.MaxInt64)
	for _, in := range inputs {
		wm = min(wm, in.watermark)
	}
	return engine.Time(wm)
}

// Firsts are the first columns of rows as text, for a SQL list; NULL without any.
func Firsts(rows []string) string {
	ids := []string{"NULL"}
	for _, r := range rows {
		id, _, _ := strings.Cut(r, " | ")
		ids = append(ids, id)
	}
	return strings.Join(ids, ", ")
}
