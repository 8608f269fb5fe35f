package why

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// summarise is the answer in one sentence: the first of these that is so.
func summarise(w *Why) string {
	for _, say := range []func(*Why) string{failed, paused, backpressured, ended, opening, loading, changing, open, unread} {
		if text := say(w); text != "" {
			return w.View + ": " + text
		}
	}
	return w.View + ": " + closed(w)
}

func failed(w *Why) string {
	if w.State != "failed" {
		return ""
	}
	return fmt.Sprintf("the query has failed and computes nothing since; the other views go on. A restart tries again where the last commit left it. The error: %s", w.Error)
}

func paused(w *Why) string {
	if w.State != "paused" {
		return ""
	}
	return fmt.Sprintf("it is paused: it reads nothing, and keeps its table, state and positions; ALTER MATERIALIZED VIEW %s RESUME has it go on where it stood",
		types.QuoteIdent(w.View))
}

// backpressured is for a view that stands still because a sink does not take what it changes.
func backpressured(w *Why) string {
	for _, s := range w.Sinks {
		if s.Name == w.Backpressure {
			return fmt.Sprintf("it stands still, because more waits for sink %s than its max_outbox of %s: it reads nothing, and keeps its table, state "+
				"and positions. %s, and the view goes on by itself once that is half of max_outbox; the other views go on meanwhile, those on this "+
				"one too: they are computed from the sources", s.Name, humanize.Bytes(uint64(s.Max)), s.waits())
		}
	}
	return ""
}

// waits says how much waits for a sink, and why it does.
func (s *Sink) waits() string {
	text := fmt.Sprintf("%s in %s wait for the sink, which is %s", humanize.Bytes(uint64(s.Bytes)), Count(s.Pending, "epochs"), s.State)
	if s.State == "paused" {
		text += fmt.Sprintf(" (ALTER SINK %s RESUME)", types.QuoteIdent(s.Name))
	}
	if s.Error != "" {
		text += " (" + s.Error + ")"
	}
	return text
}

func ended(w *Why) string {
	if w.State != "ended" {
		return ""
	}
	return "all its inputs have ended, every window has been closed, and its table is complete"
}

// opening is for a view of which a source cannot be read yet. What comes from the others counts meanwhile.
func opening(w *Why) string {
	var names, errs []string
	others := false
	for _, s := range w.Sources {
		switch s.State {
		case "opening":
			names = append(names, s.Name)
		case "retrying":
			names, errs = append(names, s.Name), append(errs, s.Error)
		default:
			others = others || !s.Table
		}
	}
	if len(names) == 0 {
		return ""
	}
	text := fmt.Sprintf("nothing is read yet, because source %s has not answered", list(names))
	if others {
		text = fmt.Sprintf("source %s has not answered: what the others bring is read, and the watermark waits", list(names))
	}
	if len(errs) > 0 {
		text += "; it is asked again by itself. The error: " + strings.Join(errs, "; ")
	}
	return text
}

// loading is for a view on plain tables, which are read before events are.
func loading(w *Why) string {
	if w.CommittedAt != nil {
		return ""
	}
	for _, s := range w.Sources {
		if s.Table && s.State == "running" && !some(s.Partitions, func(p *Partition) bool { return p.Waiting != nil && *p.Waiting == 0 }) {
			return fmt.Sprintf("table %s is being read; events are processed once it is", s.Name)
		}
	}
	return ""
}

// changing is for a view that writes changes at each commit.
func changing(w *Why) string {
	if w.Emit != engine.EmitChanges {
		return ""
	}
	text := "it writes changes at each commit, so that nothing waits for a window to close; " + current(w)
	if stopped := stoppedSources(w); stopped != "" {
		text += "; " + stopped
	}
	if w.Next != nil && w.Next.Kind != engine.HeldRows {
		clock := ClockAt(w.At)
		text += fmt.Sprintf("; %s is kept for rows to come, %s", window(w.Next, clock), because(w, clock))
	}
	return text
}

// current says as of when a view's table is.
func current(w *Why) string {
	text := fmt.Sprintf("its table is as of epoch %d, which an earlier run has committed", w.Epoch)
	if w.CommittedAt != nil {
		text = fmt.Sprintf("its table is current as of epoch %d, committed %s ago", w.Epoch, Seconds(w.At.Sub(*w.CommittedAt)))
	}
	if w.Epoch == 0 {
		text = "nothing has been committed yet"
	}
	if waiting := waitingRecords(w); waiting > 0 {
		text += ", and " + Count(waiting, "records") + " wait to be read"
	}
	return text
}

// waitingRecords are those that are known to wait in the view's sources.
func waitingRecords(w *Why) (total int64) {
	for _, s := range w.Sources {
		for _, p := range s.Partitions {
			if p.Waiting != nil {
				total += *p.Waiting
			}
		}
	}
	return total
}

func stoppedSources(w *Why) string {
	for _, s := range w.Sources {
		if s.State == "failed" {
			return fmt.Sprintf("source %s has stopped: %s", s.Name, s.Error)
		}
		if s.State == "paused" {
			return fmt.Sprintf("source %s is paused", s.Name)
		}
	}
	return ""
}

// unread is for a view that no event has come for.
func unread(w *Why) string {
	if w.RowsIn > 0 || w.Watermark.Known() {
		return ""
	}
	var parts []string
	for _, s := range w.Sources {
		if s.Table {
			continue
		}
		names := make([]string, len(s.Partitions))
		for i, p := range s.Partitions {
			names[i] = p.Partition
		}
		if len(names) == 0 {
			parts = append(parts, fmt.Sprintf("source %s, which has no partition", s.Name))
		} else {
			parts = append(parts, fmt.Sprintf("source %s (%s)", s.Name, partitions(names)))
		}
	}
	text := "nothing is open, because no event has come yet from " + list(parts)
	if stopped := stoppedSources(w); stopped != "" {
		text += "; " + stopped
	}
	return text
}

// closed is for a view of which nothing is open.
func closed(w *Why) string {
	text := "no window is open"
	if !some(w.Stages, func(s *Stage) bool { return s.Kind != "" }) {
		text = "it has no windows: rows are written at the commit after they are read; " + current(w)
	}
	if w.Watermark.Known() {
		text += "; the watermark is at " + ClockAt(w.At).Print(w.Watermark)
		if w.Since != nil {
			text += fmt.Sprintf(" since %s", Seconds(w.At.Sub(*w.Since)))
		}
	}
	if stopped := stoppedSources(w); stopped != "" {
		text += "; " + stopped
	}
	return text
}
