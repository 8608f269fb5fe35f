package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/engine"
	"golang.org/x/term"
)

// showProgress prints a line about the engine each second, on a terminal in place. The returned function prints a last one.
func showProgress(n *node.Node) (stop func()) {
	p := &progress{to: os.Stderr, terminal: term.IsTerminal(int(os.Stderr.Fd())), at: time.Now(), began: time.Now(), every: 10 * time.Second}
	if p.terminal {
		p.every = time.Second
	}
	done, finished := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(finished)
		tick := time.NewTicker(p.every)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				p.show(n.Status(), time.Now())
			case <-done:
				p.last(n.Status(), time.Now())
				return
			}
		}
	}()
	return func() { close(done); <-finished }
}

type progress struct {
	to       io.Writer
	terminal bool
	began    time.Time
	every    time.Duration
	at       time.Time
	records  int64
}

func (p *progress) show(s engine.Status, now time.Time) {
	records := totalRecords(s)
	rate := float64(records-p.records) / now.Sub(p.at).Seconds()
	p.at, p.records = now, records
	line := fmt.Sprintf("%s rows/s, %d waiting, watermark %s, %d commits", count(rate), waiting(s), watermark(s, now), s.Commits)
	if p.terminal {
		fmt.Fprintf(p.to, "\r\x1b[K%s", line)
		return
	}
	fmt.Fprintln(p.to, line)
}

func (p *progress) last(s engine.Status, now time.Time) {
	if p.terminal {
		fmt.Fprint(p.to, "\r\x1b[K")
	}
	for _, source := range s.Sources {
		fmt.Fprintf(p.to, "source %s: %d records, %d dead letters%s\n", source.Name, source.Records, source.DeadLetters, because(source.Error))
	}
	for _, q := range s.Queries {
		fmt.Fprintf(p.to, "view %s: %d rows in, %d out, %d late,%s %s\n", q.View, q.RowsIn, q.RowsOut, q.LateRows, duplicates(q.Duplicates), q.State+because(q.Error))
	}
	for _, sink := range s.Sinks {
		fmt.Fprintf(p.to, "sink %s: %d rows delivered, %d epochs waiting%s\n", sink.Name, sink.Delivered, sink.Pending, because(sink.Error))
	}
	fmt.Fprintln(p.to, commits(s, now.Sub(p.began)))
}

// commits tells how many there were, and how much of the run went into them, the writing of state included. They run beside the
// rounds, so that this is no time lost.
func commits(s engine.Status, run time.Duration) string {
	share := 100 * s.CommitTime.Seconds() / max(run, time.Millisecond).Seconds()
	return fmt.Sprintf("commits: %d, %s in all, %.1f %% of the run", s.Commits, s.CommitTime.Round(time.Microsecond), share)
}

// because adds an error to a line, if there is one.
func because(err string) string {
	if err == "" {
		return ""
	}
	return ": " + err
}

func totalRecords(s engine.Status) int64 {
	total := int64(0)
	for _, source := range s.Sources {
		total += source.Records
	}
	return total
}

func waiting(s engine.Status) int64 {
	total := int64(0)
	for _, source := range s.Sources {
		for _, p := range source.Partitions {
			total += max(0, p.Waiting)
		}
	}
	return total
}

// watermark is that of the query which is furthest behind.
func watermark(s engine.Status, now time.Time) string {
	lowest := engine.MaxTime
	for _, q := range s.Queries {
		lowest = min(lowest, q.Watermark)
	}
	if lowest == engine.MinTime || lowest == engine.MaxTime {
		return "none yet"
	}
	at := time.UnixMicro(int64(lowest)).UTC()
	behind := now.Sub(at).Round(time.Second)
	if behind < 0 {
		return fmt.Sprintf("%s (%s ahead)", at.Format("2006-01-02 15:04:05"), -behind)
	}
	return fmt.Sprintf("%s (%s behind)", at.Format("2006-01-02 15:04:05"), behind)
}

// count prints a number with a unit: 950, 12.3 k, 1.20 M.
func count(n float64) string {
	switch {
	case n >= 1e6:
		return fmt.Sprintf("%.2f M", n/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.1f k", n/1e3)
	}
	return fmt.Sprintf("%.0f", n)
}

// duplicates tells how many events came before; nothing if none did.
func duplicates(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" %d duplicates,", n)
}
