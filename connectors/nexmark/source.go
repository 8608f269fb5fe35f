package nexmark

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

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
	timelines  *timelines
	texts      func() *texts // made when the source first opens
}

func newSource(c engine.SourceConfig, shared *timelines) (*source, error) {
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
		s.config.events = math.MaxInt64
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
	if rate := o.Float("rate"); o["start"] == "now" && rate > 0 {
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
	_, err := parseStart(s.key.start, time.Time{})
	return err
}

// parseStart reads the option start, which may be a date, a time in UTC, or now.
func parseStart(text string, now time.Time) (time.Time, error) {
	if text == "now" {
		return now, nil
	}
	for _, layout := range []string{time.DateTime, time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, strings.TrimSpace(text)); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("option start = '%s': want 'now' or a time in UTC such as '2026-01-01 00:00:00'", text)
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
	parts, first, err := s.resume(o.From)
	if err != nil {
		return nil, fmt.Errorf("nexmark: open %s: %w", s.name, err)
	}
	r := &reader{parts: parts, columns: columns, schema: types.Schema(o.Columns), clock: s.timelines.clock, limit: s.config.events}
	r.pace = s.timelines.join(s.key, first)
	if o.Bounded && r.limit == math.MaxInt64 {
		if s.key.rate == 0 {
			return nil, fmt.Errorf("nexmark: open %s: %w", s.name,
				errors.New("a bounded read needs an end: set the option events, or a rate, to read what is due by now"))
		}
		r.limit = r.pace.due(r.clock.Now())
	}
	r.generator = newGenerator(s.startAt(r.pace), s.texts())
	return r, nil
}

// startAt fixes the time of event 0: with start = 'now', so that the events' times pass through the present at the pace's mark.
func (s *source) startAt(p pace) config {
	c := s.config
	start, _ := parseStart(s.key.start, p.wall) // check has parsed it
	c.start = start.UnixMicro()
	if s.key.start == "now" {
		c.start -= span(p.position, c.eventRate)
	}
	return c
}

// resume lays out the partitions at the given positions, and tells the first of these.
func (s *source) resume(from map[string]int64) ([]*partition, int64, error) {
	parts := make([]*partition, s.partitions)
	first := int64(math.MaxInt64)
	for i := range parts {
		next := from[strconv.Itoa(i)]
		parts[i] = &partition{table: s.table, index: int64(i), of: s.partitions, next: next}
		first = min(first, next)
	}
	for name, next := range from {
		if i, err := strconv.ParseInt(name, 10, 64); err != nil || i < 0 || i >= s.partitions || next < 0 {
			return nil, 0, fmt.Errorf("cannot resume partition %s at %d: partitions are 0 to %d", name, next, s.partitions-1)
		}
	}
	return parts, first, nil
}
