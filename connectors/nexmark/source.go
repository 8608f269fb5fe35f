package nexmark

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/weirdb/weir/connectors/generated"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

const (
	defaultEventRate = 10_000 // events per second of event time, the reference's
	maxPartitions    = 1024
)

// source is a configured stream.
type source struct {
	name       string
	table      *table
	config     config // start is set when the source opens
	key        streamKey
	partitions int64
	timelines  *generated.Timelines
	texts      func() *texts // made when the source first opens
}

// streamKey is what sources of one stream have in common.
type streamKey struct {
	seed, eventRate int64
	rate            float64
	start           string
}

func newSource(c engine.SourceConfig, shared *generated.Timelines) (*source, error) {
	o := c.Options
	t, err := tableByName(o["table"])
	if err != nil {
		return nil, fmt.Errorf("nexmark: source %s: %w", c.Name, err)
	}
	s := &source{name: c.Name, table: t, partitions: o.Int("partitions"), timelines: shared}
	s.key = streamKey{seed: o.Int("seed"), rate: o.Float("rate"), eventRate: eventRate(o), start: o["start"]}
	s.config = config{seed: s.key.seed, events: o.Int("events"), eventRate: s.key.eventRate}
	s.texts = sync.OnceValue(func() *texts { return newTexts(s.key.seed) })
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("nexmark: source %s: %w", c.Name, err)
	}
	if s.config.events == 0 {
		s.config.events = generated.Endless
	}
	if s.config.outOfOrder, err = shuffledRounds(o.Duration("out_of_order"), s.config.eventRate); err != nil {
		return nil, fmt.Errorf("nexmark: source %s: %w", c.Name, err)
	}
	return s, nil
}

// eventRate is the option, or else what keeps event time and wall time together where both run live.
func eventRate(o engine.Options) int64 {
	if o["event_rate"] != "" {
		return o.Int("event_rate")
	}
	if rate := o.Float("rate"); o["start"] == generated.StartNow && rate > 0 {
		return max(int64(math.Round(rate)), 1)
	}
	return defaultEventRate
}

func (s *source) check() error {
	if s.config.events < 0 {
		return fmt.Errorf("option events = '%d': want 0 or more", s.config.events)
	}
	if !(s.key.rate >= 0) || math.IsInf(s.key.rate, 1) {
		return fmt.Errorf("option rate = '%g': want 0 or more", s.key.rate)
	}
	if s.config.eventRate < 1 || s.config.eventRate > 1e9 {
		return fmt.Errorf("option event_rate = '%d': want 1 to 1000000000", s.config.eventRate)
	}
	if s.partitions < 1 || s.partitions > maxPartitions {
		return fmt.Errorf("option partitions = '%d': want 1 to %d", s.partitions, maxPartitions)
	}
	if _, ok := generated.ParseStart(s.key.start); !ok && s.key.start != generated.StartNow {
		return fmt.Errorf("option start = '%s': want 'now' or a time in UTC such as '2026-01-01 00:00:00'", s.key.start)
	}
	return nil
}

// shuffledRounds is how many rounds may change places so that no event is late by more than span.
func shuffledRounds(late time.Duration, eventRate int64) (int64, error) {
	if late == 0 {
		return 1, nil
	}
	rounds := int64(late.Seconds() * float64(eventRate) / round)
	if rounds < 2 {
		least := time.Duration(float64(2*round) / float64(eventRate) * float64(time.Second))
		return 0, fmt.Errorf("option out_of_order = '%s': events change places in rounds of %d, so at %d events per second of "+
			"event time want '0 seconds' or at least '%s'", late, round, eventRate, least)
	}
	return rounds, nil
}

// Open starts reading. The rate, if there is one, counts from the first Open of the stream in this process.
func (s *source) Open(_ context.Context, o engine.ReadOptions) (engine.Reader, error) {
	columns, err := s.table.choose(o.Columns)
	if err != nil {
		return nil, fmt.Errorf("nexmark: open %s: %w", s.name, err)
	}
	r, err := generated.Open(generated.Setup{
		Timelines: s.timelines, Key: s.key, Partitions: s.partitions, End: s.config.events, Pace: "rate", Unpaced: s.key.rate == 0,
		Anchor: func(m generated.Mark) generated.Stream {
			return &stream{
				generator: newGenerator(s.startAt(m), s.texts()), table: s.table, partitions: s.partitions,
				columns: columns, schema: types.Schema(o.Columns), mark: m, rate: s.key.rate,
			}
		},
	}, o)
	if err != nil {
		return nil, fmt.Errorf("nexmark: open %s: %w", s.name, err)
	}
	return r, nil
}

// startAt fixes the time of event 0: with start = 'now', so that the events' times pass through the present at the mark.
func (s *source) startAt(m generated.Mark) config {
	c := s.config
	if s.key.start == generated.StartNow {
		c.start = m.Wall.UnixMicro() - span(m.Position, c.eventRate)
		return c
	}
	start, _ := generated.ParseStart(s.key.start) // check has parsed it
	c.start = start.UnixMicro()
	return c
}
