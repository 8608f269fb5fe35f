package shop

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/weirdb/weir/engine"
)

const startNow = "now"

// source is a configured shop.
type source struct {
	name       string
	config     config // start is set when the source opens
	key        streamKey
	partitions int64
	timelines  *timelines
}

func newSource(c engine.SourceConfig, shared *timelines) (*source, error) {
	o := c.Options
	s := &source{name: c.Name, partitions: o.Int("partitions"), timelines: shared}
	s.key = streamKey{seed: o.Int("seed"), rate: o.Float("rate"), speed: o.Float("speed"), start: o["start"], anomalies: o.Bool("anomalies")}
	s.config = config{
		seed: s.key.seed, events: o.Int("events"), density: s.key.density(), anomalies: s.key.anomalies,
		duplicates: o.Float("duplicates"), late: o.Float("late"), broken: o.Float("broken"),
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("shop: source %s: %w", c.Name, err)
	}
	if s.config.events == 0 {
		s.config.events = endless
	}
	return s, nil
}

// density is how many numbers there are per second of event time.
func (k streamKey) density() float64 {
	if k.speed == 0 {
		return k.rate
	}
	return k.rate / k.speed
}

func (s *source) check() error {
	if !(s.key.rate >= 0.01 && s.key.rate <= 1e6) {
		return fmt.Errorf("option rate = '%g': want 0.01 to 1000000", s.key.rate)
	}
	if s.key.speed != 0 && !(s.key.speed >= 0.001 && s.key.speed <= 1e5) {
		return fmt.Errorf("option speed = '%g': want 0, or 0.001 to 100000", s.key.speed)
	}
	if s.config.events < 0 {
		return fmt.Errorf("option events = '%d': want 0 or more", s.config.events)
	}
	if s.partitions < 1 || s.partitions > lanes {
		return fmt.Errorf("option partitions = '%d': want 1 to %d", s.partitions, lanes)
	}
	if _, err := parseStart(s.key.start); err != nil {
		return err
	}
	return s.checkShares()
}

func (s *source) checkShares() error {
	left := 1.0
	for _, o := range []struct {
		name  string
		share float64
	}{{"broken", s.config.broken}, {"duplicates", s.config.duplicates}, {"late", s.config.late}} {
		if !(o.share >= 0 && o.share <= left) {
			return fmt.Errorf("option %s = '%g': want a share from 0 to 1, with broken, duplicates and late together at most 1", o.name, o.share)
		}
		left -= o.share
	}
	return nil
}

// parseStart reads the option start, which may be a date, a time in UTC, or now; it returns the zero time for now.
func parseStart(text string) (time.Time, error) {
	if text == startNow {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateTime, time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, strings.TrimSpace(text)); err == nil && t.Unix() >= 0 {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("option start = '%s': want 'now' or a time in UTC since 1970 such as '2026-01-01 00:00:00'", text)
}

// Open starts reading. Event time counts from the first Open of the stream in this process.
func (s *source) Open(_ context.Context, o engine.ReadOptions) (engine.Reader, error) {
	parts, first, err := s.resume(o.From)
	if err != nil {
		return nil, fmt.Errorf("shop: open %s: %w", s.name, err)
	}
	if o.Bounded && s.config.events == endless && s.key.speed == 0 {
		return nil, fmt.Errorf("shop: open %s: %w", s.name,
			errors.New("a bounded read needs an end: set the option events, or a speed, to read what is due by now"))
	}
	c := s.config
	p := s.timelines.join(s.key, first, c)
	c.start = p.start
	r := &reader{generator: newGenerator(c), parts: parts, clock: s.timelines.clock, pace: p, limit: c.events}
	if o.Bounded && c.events == endless {
		r.limit = p.due(r.generator.calendar, r.clock.Now())
	}
	return r, nil
}

// resume lays out the partitions at the given positions, and tells the number of the first of these.
func (s *source) resume(from map[string]int64) ([]*partition, int64, error) {
	parts := make([]*partition, s.partitions)
	first := int64(math.MaxInt64)
	for i := range parts {
		next := from[strconv.Itoa(i)]
		parts[i] = &partition{index: int64(i), of: s.partitions, next: next}
		first = min(first, next/deliveries)
	}
	for name, next := range from {
		if i, err := strconv.ParseInt(name, 10, 64); err != nil || i < 0 || i >= s.partitions || next < 0 {
			return nil, 0, fmt.Errorf("cannot resume partition %s at %d: partitions are 0 to %d", name, next, s.partitions-1)
		}
	}
	return parts, first, nil
}
