package why

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// summarise is the answer in one sentence: the first of these that is so.
func summarise(w *Why) string {
	for _, say := range []func(*Why) string{failed, paused, ended, opening, loading, changing, open, unread} {
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

func ended(w *Why) string {
	if w.State != "ended" {
		return ""
	}
	return "all its inputs have ended, every window has been closed, and its table is complete"
}

func opening(w *Why) string {
	var names []string
	for _, s := range w.Sources {
		if s.State == "opening" {
			names = append(names, s.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("nothing is read yet, because source %s has not answered", list(names))
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

// open is for a view of which something is open.
func open(w *Why) string {
	if w.Next == nil {
		return ""
	}
	clock := ClockAt(w.At)
	if w.Next.Kind == engine.HeldRows {
		held := w.Stages[w.Next.Stage].Held
		is := "are"
		if held == 1 {
			is = "is"
		}
		return fmt.Sprintf("%s %s held, the first of %s, %s", Count(held, "rows"), is, clock.Print(w.Next.Window.Start), because(w, clock))
	}
	return fmt.Sprintf("%s is open %s", window(w.Next, clock), because(w, clock))
}

// window names what closes next: "window 10:00:00 - 10:00:10 (3 groups)".
func window(c *Closing, clock *Clock) string {
	content := " (" + Count(c.Window.Count, c.Unit) + ")"
	switch {
	case c.Window.Closes == Moment(engine.MaxTime):
		return "a " + c.Kind + content + " that only the end of the input closes"
	case !c.Window.Start.Known():
		return fmt.Sprintf("the %s up to %s%s", c.Kind, clock.Print(c.Window.End), content)
	}
	start := clock.Print(c.Window.Start)
	return fmt.Sprintf("%s %s - %s%s", c.Kind, start, clock.Print(c.Window.End), content)
}

// because says who holds the watermark, and what closes the window.
func because(w *Why, clock *Clock) string {
	c := w.Next
	if len(c.Needs) == 0 {
		return "and " + c.goes() + " with the next commit: the watermark has passed it"
	}
	lowest := w.source(c.Needs[0].Source)
	for _, n := range c.Needs {
		if s := w.source(n.Source); s.Watermark < lowest.Watermark {
			lowest = s
		}
	}
	text := "because " + lowest.holder(w, clock)
	if lowest.State != "running" || !lowest.Timed {
		return text
	}
	return text + "; it " + c.goes() + " " + c.when(clock)
}

// goes is what becomes of it.
func (c *Closing) goes() string {
	if c.Kind == engine.HeldRows {
		return "goes"
	}
	return "closes"
}

// holder says who holds a source's watermark, and since when.
func (s *Source) holder(w *Why, clock *Clock) string {
	switch {
	case s.State == "failed":
		return fmt.Sprintf("source %s has stopped: %s", s.Name, s.Error)
	case s.State != "running":
		return fmt.Sprintf("source %s is %s", s.Name, s.State)
	case !s.Timed:
		return fmt.Sprintf("source %s has no WATERMARK: its events close nothing before the end of the input", s.Name)
	}
	var names []string
	var held *Partition
	for i := range s.Partitions {
		if p := &s.Partitions[i]; p.Holds {
			names, held = append(names, p.Partition), p
		}
	}
	if held == nil {
		return fmt.Sprintf("source %s has no partition", s.Name)
	}
	return held.holder(s, partitions(names), len(names) > 1, w, clock)
}

// holder says what a partition, or several of one watermark, have to do with it.
func (p *Partition) holder(s *Source, names string, several bool, w *Why, clock *Clock) string {
	is, has := "is", "has"
	if several {
		is, has = "are", "have"
	}
	var text string
	switch {
	case p.State == "idle":
		text = fmt.Sprintf("all partitions of source %s are idle: %s, heard last, %s at %s", s.Name, names, is, clock.Print(p.Watermark))
		if p.Heard != nil {
			text += fmt.Sprintf(" since %s", Seconds(w.At.Sub(*p.Heard)))
		}
		return text
	case !p.Watermark.Known():
		text = fmt.Sprintf("%s of source %s %s had no event yet", names, s.Name, has)
	default:
		text = fmt.Sprintf("%s of source %s %s at %s", names, s.Name, is, clock.Print(p.Watermark))
		if p.Since != nil {
			text += fmt.Sprintf(" since %s", Seconds(w.At.Sub(*p.Since)))
		}
	}
	if p.Waiting != nil && *p.Waiting > 0 && !several {
		text += fmt.Sprintf(", with %s waiting", Count(*p.Waiting, "records"))
	}
	return text
}

// when says what has to come.
func (c *Closing) when(clock *Clock) string {
	var parts []string
	for _, n := range c.Needs {
		has, of := "has", ""
		if len(n.Partitions) > 1 && !n.Any {
			has = "have"
		}
		if len(c.Needs) > 1 {
			of = " of source " + n.Source
		}
		names := partitions(n.Partitions) + of
		if n.Any {
			names = "any partition" + of
		}
		parts = append(parts, fmt.Sprintf("%s %s an event %s", names, has, after(n.Event, clock)))
	}
	text := "when " + strings.Join(parts, ", and ")
	if c.IdleIn != nil {
		text += fmt.Sprintf(", or in %s when %s idle", *c.IdleIn, c.they())
	}
	return text
}

// after says from when on an event counts. Sessions and rows go one microsecond behind a time.
func after(m Moment, clock *Clock) string {
	if m.Known() && m%1000 == 1 {
		return "after " + clock.Print(m-1)
	}
	return "at or after " + clock.Print(m)
}

// they are the partitions that are waited for.
func (c *Closing) they() string {
	if len(c.Needs) == 1 && len(c.Needs[0].Partitions) == 1 {
		return "it is"
	}
	return "they are"
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
