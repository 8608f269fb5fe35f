package why

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine"
)

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
