package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/why"
)

// printWhy prints the answer of weir why: the sentence, then all that it rests on.
func printWhy(to io.Writer, w *why.Why) {
	p := whyPrinter{to, w, why.ClockAt(w.At)}
	p.line("%s", w.Summary)
	p.line("")
	p.line("watermark %s%s", p.clock.Print(w.Watermark), p.since(w.Since))
	for i := range w.Stages {
		p.stage(i, &w.Stages[i])
	}
	for i := range w.Sources {
		p.source(&w.Sources[i])
	}
	p.line("")
	p.counters()
	p.pressure()
}

// whyPrinter prints parts of an answer.
type whyPrinter struct {
	to    io.Writer
	w     *why.Why
	clock *why.Clock
}

func (p whyPrinter) line(format string, args ...any) { fmt.Fprintf(p.to, format+"\n", args...) }

// since says how long ago a moment of the wall clock was.
func (p whyPrinter) since(t *time.Time) string {
	if t == nil {
		return ""
	}
	return " since " + p.ago(t)
}

func (p whyPrinter) ago(t *time.Time) string {
	if t == nil {
		return ""
	}
	return why.Seconds(p.w.At.Sub(*t)).String()
}

func (p whyPrinter) stage(i int, s *why.Stage) {
	held := ""
	switch {
	case s.Kind == engine.HeldWindows || s.Kind == engine.HeldSessions:
		held = fmt.Sprintf(": %s open, %s", why.Count(int64(s.Open), s.Kind+"s"), why.Count(s.Held, s.Unit))
	case s.Unit != "":
		held = ": " + why.Count(s.Held, s.Unit)
	}
	if s.Newest.Known() {
		held += " up to " + p.clock.Print(s.Newest)
	}
	p.line("stage %d, %s, watermark %s%s", i, s.Name, p.clock.Print(s.Watermark), held)
	for _, x := range s.Parts {
		p.line("  %s", why.Count(x.Count, x.Name))
	}
	p.windows(s)
}

func (p whyPrinter) windows(s *why.Stage) {
	for _, x := range s.First {
		start := p.clock.Print(x.Start)
		if !x.Start.Known() {
			start = "…"
		}
		if s.Kind == engine.HeldRows {
			p.line("  the first is of %s, and goes at watermark %s", start, p.clock.Print(x.Closes))
			return
		}
		p.line("  %s - %s  %s", start, p.clock.Print(x.End), why.Count(x.Count, s.Unit))
	}
	if more := s.Open - len(s.First); more > 0 {
		p.line("  and %s more", why.Count(int64(more), ""))
	}
}

func (p whyPrinter) source(s *why.Source) {
	p.line("")
	p.line("source %s, %s, %s%s", s.Name, s.Connector, s.State, because(s.Error))
	switch {
	case s.Table:
		p.line("  a plain table: it holds no watermark back")
		return
	case !s.Timed:
		p.line("  no WATERMARK: its events close nothing before the end of the input")
	default:
		idle := "never idle"
		if s.IdleTimeout > 0 {
			idle = fmt.Sprintf("idle after %s", s.IdleTimeout)
		}
		p.line("  watermark %s%s, %s behind the highest event time; partitions are %s", p.clock.Print(s.Watermark), p.since(s.Since), s.Delay, idle)
	}
	p.partitions(s)
}

// partitions prints a table of them.
func (p whyPrinter) partitions(s *why.Source) {
	if len(s.Partitions) == 0 {
		return
	}
	var rows [][]string
	for _, x := range s.Partitions {
		waiting, idle, holds := "unknown", "", ""
		if x.Waiting != nil {
			waiting = why.Count(*x.Waiting, "")
		}
		if x.IdleIn != nil {
			idle = x.IdleIn.String()
		}
		if x.Holds {
			holds = "holds the watermark"
		}
		rows = append(rows, []string{x.Partition, x.State, p.clock.Print(x.Watermark), p.ago(x.Since), p.ago(x.Heard), waiting, idle, holds})
	}
	printTable(p.to, []string{"partition", "state", "watermark", "for", "heard", "waiting", "idle in", ""}, rows)
}

func (p whyPrinter) counters() {
	w := p.w
	p.line("rows: %s read, %s written, %s late", why.Count(w.RowsIn, ""), why.Count(w.RowsOut, ""), why.Count(w.LateRows, ""))
	text := "dead letters: " + why.Count(w.DeadLetters, "")
	for _, s := range w.Sources {
		if s.LastReason != "" {
			text += fmt.Sprintf("; the last one of source %s: %s", s.Name, s.LastReason)
		}
	}
	p.line("%s", text)
	for _, s := range w.Sinks {
		p.line("sink %s: %s, %s waiting (%s), %s%s", s.Name, s.State, why.Count(s.Pending, "epochs"), humanize.Bytes(uint64(s.Bytes)), why.Count(s.Failures, "failures"), because(s.Error))
	}
	commit := "none since the start"
	if w.CommittedAt != nil {
		commit = p.ago(w.CommittedAt) + " ago"
	}
	p.line("last commit: epoch %d, %s", w.Epoch, commit)
}

// pressure says where the engine is held up: what waits along the graph, from the sources to the commit.
func (p whyPrinter) pressure() {
	var parts []string
	for _, s := range p.w.Sources {
		parts = append(parts, fmt.Sprintf("source %s has %d of %d polls waiting, its reader waits %s of the time", s.Name, s.Buffered, s.MaxBuffered, share(s.BlockShare)))
	}
	for i, s := range p.w.Stages {
		parts = append(parts, fmt.Sprintf("%s before stage %d", why.Count(s.Waiting, "rows"), i))
	}
	parts = append(parts, fmt.Sprintf("commits take %s of the time", share(p.w.CommitShare)))
	p.line("back-pressure: %s", strings.Join(parts, "; "))
}

func share(x float64) string { return strconv.FormatFloat(100*x, 'f', 1, 64) + " %" }
