package http

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weirdb/weir/connectors/journal"
	"github.com/weirdb/weir/engine"
)

// The values of fsync, beside a duration.
const (
	fsyncAlways = "always"
	fsyncNever  = "never"
)

// segmentBytes is the size of a journal's segments: what retention removes at a time, and what a restart looks through.
const segmentBytes = 32 << 20

// atOnce is how many bodies are read at a time: with max_body, it bounds the memory that they take. Others wait.
const atOnce = 32

// source is a journal, and the handler that fills it.
type source struct {
	name       string
	journal    *journal.Journal
	token      string
	maxBody    int64
	maxWaiting int64
	slots      chan struct{} // one for each body that is being read
	read       atomic.Int64  // the position that the reader of the present has come to

	mu      sync.Mutex // guards readers
	readers []*reader  // that are open
}

func newSource(c engine.SourceConfig) (*source, error) {
	o := c.Options
	settings, err := settingsOf(c)
	if err != nil {
		return nil, fmt.Errorf("http: %w", err)
	}
	s := &source{name: c.Name, token: o["token"], maxBody: o.Int("max_body"), maxWaiting: o.Int("max_waiting"), slots: make(chan struct{}, atOnce)}
	if _, given := o["token"]; given && s.token == "" {
		return nil, errors.New("http: option token is empty: give it a value, or leave it out to let everybody send events")
	}
	if s.maxBody <= 0 || s.maxBody > settings.MaxBytes {
		return nil, fmt.Errorf("http: max_body = '%d': want more than 0, and at most max_bytes = '%d'", s.maxBody, settings.MaxBytes)
	}
	s.journal, err = journal.Open(settings)
	return s, err
}

// settingsOf are the journal's settings that the options say.
func settingsOf(c engine.SourceConfig) (journal.Settings, error) {
	o := c.Options
	s := journal.Settings{
		Dir: c.Dir, Sync: true, SegmentBytes: segmentBytes, MaxBytes: o.Int("max_bytes"),
		Retention: o.Duration("retention"), RetentionBytes: o.Int("retention_bytes"), Log: slog.With("source", c.Name),
	}
	if path := o["path"]; path != "" {
		s.Dir = path
	}
	if s.Dir == "" {
		return s, errors.New("option path is missing: a database in memory has no place for the journal beside it")
	}
	if s.RetentionBytes < 0 || s.RetentionBytes >= s.MaxBytes {
		return s, fmt.Errorf("retention_bytes = '%d': want less than max_bytes = '%d', so that there is room for what is not committed",
			s.RetentionBytes, s.MaxBytes)
	}
	switch fsync := o["fsync"]; fsync {
	case fsyncAlways:
	case fsyncNever:
		s.Sync = false
	default:
		delay, err := engine.ParseDuration(fsync)
		if err != nil || delay < 0 || delay > time.Minute {
			return s, fmt.Errorf("fsync = '%s': allowed are '%s', '%s', and a duration of up to 1 minute such as '20 ms'", fsync, fsyncAlways, fsyncNever)
		}
		s.Delay = delay
	}
	return s, nil
}

// Open lets events come, and reads the journal. A bounded reader takes what is there, and no new events.
func (s *source) Open(_ context.Context, o engine.ReadOptions) (engine.Reader, error) {
	from, known := o.From[journal.Partition]
	if !known {
		from = -1
	}
	first, _ := s.journal.Bounds()
	if o.Again && known && from < first {
		return nil, fmt.Errorf("http: the journal begins at event %d: what came before was removed after its retention, so that views cannot be "+
			"computed over all events again; raise retention and retention_bytes to keep more", first)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !o.Bounded && len(s.readers) == 0 {
		if err := s.journal.Start(max(from, o.NotAfter[journal.Partition])); err != nil {
			return nil, err
		}
	}
	r := &reader{Reader: s.journal.Read(from, o.Bounded), source: s, aside: o.Aside, traces: o.Traces}
	s.readers = append(s.readers, r)
	return r, nil
}
