package shop

import (
	"context"
	"fmt"
	"time"

	"github.com/weirdb/weir/connectors/generated"
	"github.com/weirdb/weir/engine"
)

// source is a configured shop.
type source struct {
	name       string
	config     config // start is set when the source opens
	key        streamKey
	partitions int64
	timelines  *generated.Timelines
}

// streamKey is what sources of one stream have in common.
type streamKey struct {
	seed        int64
	rate, speed float64
	start       string
	anomalies   bool
}

func newSource(c engine.SourceConfig, shared *generated.Timelines) (*source, error) {
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
		s.config.events = generated.Endless
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
	if text == generated.StartNow {
		return time.Time{}, nil
	}
	if t, ok := generated.ParseStart(text); ok && t.Unix() >= 0 {
		return t, nil
	}
	return time.Time{}, fmt.Errorf("option start = '%s': want 'now' or a time in UTC since 1970 such as '2026-01-01 00:00:00'", text)
}

// Open starts reading. Event time counts from the first Open of the stream in this process.
func (s *source) Open(_ context.Context, o engine.ReadOptions) (engine.Reader, error) {
	r, err := generated.Open(generated.Setup{
		Timelines: s.timelines, Key: s.key, Partitions: s.partitions, End: positionOf(s.config.events), Pace: "speed", Unpaced: s.key.speed == 0,
		Anchor: func(m generated.Mark) generated.Stream { return s.newStream(m) },
	}, o)
	if err != nil {
		return nil, fmt.Errorf("shop: open %s: %w", s.name, err)
	}
	return r, nil
}
