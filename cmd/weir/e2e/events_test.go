package e2e

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"
)

// columns are those of every test's events, as DuckDB declares them.
const columns = "id BIGINT, k VARCHAR, v DOUBLE, n INTEGER, ts TIMESTAMP"

// delay is the watermark's, in seconds. Events are out of order by less.
const delay = 4

// sourceOf declares source ev with a connector's options.
func sourceOf(with string) string {
	return fmt.Sprintf("CREATE SOURCE ev (%s, WATERMARK FOR ts AS ts - INTERVAL '%d seconds')\nWITH (%s);\n", columns, delay, with)
}

// events generates the lines of one partition.
type events struct {
	rng *rand.Rand
	id  int64
	at  time.Time // the highest event time so far
}

func newEvents(rng *rand.Rand, partition int) *events {
	return &events{rng: rng, id: int64(partition) * 1e9, at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
}

// next appends an event as a JSON line, without its end. One in twenty is out of order within the watermark. Values of v are
// quarters, so that their sum does not depend on the order.
func (e *events) next(to []byte) []byte {
	e.id++
	e.at = e.at.Add(time.Duration(e.rng.Int64N(20_000)) * time.Microsecond)
	at := e.at
	if e.rng.IntN(20) == 0 {
		at = at.Add(-time.Duration(e.rng.Int64N(delay*1e6)) * time.Microsecond)
	}
	to = strconv.AppendInt(append(to, `{"id":`...), e.id, 10)
	to = strconv.AppendInt(append(to, `,"k":"key `...), e.rng.Int64N(40), 10)
	to = strconv.AppendFloat(append(to, `","v":`...), float64(e.rng.Int64N(4000))/4, 'g', -1, 64)
	if e.rng.IntN(50) > 0 { // otherwise n is missing
		to = strconv.AppendInt(append(to, `,"n":`...), e.rng.Int64N(100), 10)
	}
	to = at.AppendFormat(append(to, `,"ts":"`...), "2006-01-02T15:04:05.000000")
	return append(to, `"}`...)
}

// lines appends n events, a line each.
func (e *events) lines(to []byte, n int) []byte {
	for range n {
		to = append(e.next(to), '\n')
	}
	return to
}

// brokenRecord is one that no decoder takes.
func brokenRecord(rng *rand.Rand, i int) []byte {
	switch rng.IntN(4) {
	case 0:
		return fmt.Appendf(nil, `{"id":%d,"k":"cut o`, i)
	case 1:
		return fmt.Appendf(nil, `[%d]`, i)
	case 2:
		return fmt.Appendf(nil, `{"id":"number %d","k":"x"}`, i)
	}
	return fmt.Appendf(nil, "{\"id\":%d,\"k\":\"\xff\xfe\"}", i)
}

// newRand prints its seed, so that a failure can be played again.
func newRand(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if *fixedSeed != 0 {
		seed = *fixedSeed
	}
	t.Logf("seed %d: run with -seed=%d to have the same events and moments again", seed, seed)
	return rand.New(rand.NewPCG(seed, 1))
}
