package latency

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
)

// sightings are the rows that the watchers have seen.
type sightings struct {
	mu      sync.Mutex
	probes  map[int64]time.Time
	windows map[int64]window // by start, in µs since 1970
}

// window is a closed window as it was seen.
type window struct {
	at   time.Time
	bids int64
}

func newSightings() *sightings {
	return &sightings{probes: map[int64]time.Time{}, windows: map[int64]window{}}
}

// probe takes a row of the probes' view.
func (s *sightings) probe(row seen) error {
	var number int64
	if err := json.Unmarshal(row.values[0], &number); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, twice := s.probes[number]; twice || row.weight != 1 {
		return fmt.Errorf("wrong answer: probe %d came with weight %d, seen before: %t", number, row.weight, twice)
	}
	s.probes[number] = row.at
	return nil
}

// startLayout is how the API writes a timestamp, in UTC.
const startLayout = "2006-01-02T15:04:05.999999"

// window takes a row of the windows' view.
func (s *sightings) window(row seen) error {
	var text string
	if err := json.Unmarshal(row.values[0], &text); err != nil {
		return err
	}
	start, err := time.Parse(startLayout, text)
	if err != nil {
		return err
	}
	w := window{at: row.at}
	if err := json.Unmarshal(row.values[1], &w.bids); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, twice := s.windows[start.UnixMicro()]; twice || row.weight != 1 {
		return fmt.Errorf("wrong answer: window %s came with weight %d, seen before: %t", text, row.weight, twice)
	}
	s.windows[start.UnixMicro()] = w
	return nil
}

// complete waits until everything that must come has come, and checks that it is right.
func (s *sightings) complete(ctx context.Context, l *load) error {
	end := time.Now().Add(patience)
	for {
		missing, err := s.missing(l)
		if err != nil || missing == "" {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("not seen within %s: %s", patience, missing)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// missing says what has not been seen yet; nothing if all has. A window that counts wrongly, or a probe that was never sent, is an
// error.
func (s *sightings) missing(l *load) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for start, w := range s.windows {
		if w.bids != l.windows[start] {
			return "", fmt.Errorf("wrong answer: %d bids in the window of %s, want %d", w.bids, time.UnixMicro(start).UTC(), l.windows[start])
		}
	}
	closed := 0
	for start := range l.windows {
		if _, ok := s.windows[start]; !ok && !time.UnixMicro(start).Add(windowSize).After(l.watermark()) {
			closed++
		}
	}
	if len(s.probes) > len(l.probes) {
		return "", fmt.Errorf("wrong answer: %d probes, want %d", len(s.probes), len(l.probes))
	}
	if closed > 0 || len(s.probes) < len(l.probes) {
		return fmt.Sprintf("%d closed windows and %d of %d probes", closed, len(l.probes)-len(s.probes), len(l.probes)), nil
	}
	return "", nil
}

// latencies are those of the probes that were due, and of the windows that ended, from a moment on.
func (s *sightings) latencies(due []time.Time, from time.Time) (probes, windows bench.Times) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for number, at := range s.probes {
		if was := due[number]; !was.Before(from) {
			probes = append(probes, at.Sub(was))
		}
	}
	for start, w := range s.windows {
		if end := time.UnixMicro(start).Add(windowSize); !end.Before(from) {
			windows = append(windows, w.at.Sub(end))
		}
	}
	probes.Sort()
	windows.Sort()
	return probes, windows
}
