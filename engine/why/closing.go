package why

import (
	"slices"

	"github.com/weirdb/weir/engine"
)

// Closing is what closes next, and what that takes.
type Closing struct {
	Kind   string `json:"kind"` // window, session or row
	Unit   string `json:"unit"`
	Window Window `json:"window"`
	Stage  int    `json:"stage"` // position in Why.Stages
	// Needs are what has to come; all of them. Empty if the watermark is past: the next commit closes it.
	Needs []Need `json:"needs"`
	// IdleIn is when it closes although nothing comes, because the partitions that are waited for are idle then; null if it does not.
	IdleIn *Seconds `json:"idle_in_s"`
}

// Need is what has to come from one source.
type Need struct {
	Source     string   `json:"source"`
	Event      Moment   `json:"event"`      // an event at or after this time
	Partitions []string `json:"partitions"` // in each of these, unless Any
	Any        bool     `json:"any,omitempty"`
}

// next finds the window that closes first: of several stages, windows before sessions before single rows, since they are what the view's
// rows wait for; nil if nothing is open.
func next(w *Why) *Closing {
	var best *Closing
	for i := range w.Stages {
		s := &w.Stages[i]
		if s.Kind == "" || len(s.First) == 0 {
			continue
		}
		c := &Closing{Kind: s.Kind, Unit: s.Unit, Window: s.First[0], Stage: i, Needs: []Need{}}
		if best == nil || rank(c) < rank(best) || rank(c) == rank(best) && c.Window.Closes <= best.Window.Closes {
			best = c
		}
	}
	if best != nil && w.State == "running" {
		best.find(w)
	}
	return best
}

func rank(c *Closing) int {
	return slices.Index([]string{engine.HeldWindows, engine.HeldSessions, engine.HeldRows}, c.Kind)
}

// find says what has to come.
func (c *Closing) find(w *Why) {
	var idle Seconds
	alone := true // nothing has to come: idleness is enough
	for _, name := range w.Stages[c.Stage].Sources {
		s := w.source(name)
		if s == nil || s.Watermark >= c.Window.Closes {
			continue
		}
		need, idleIn := s.need(c.Window.Closes)
		c.Needs = append(c.Needs, need)
		if idleIn == nil {
			alone = false
		} else {
			idle = max(idle, *idleIn)
		}
	}
	if alone && len(c.Needs) > 0 {
		c.IdleIn = &idle
	}
}

// need is what has to come from a source for its watermark to be somewhere, and when it is there by itself: when all partitions that hold
// it back are idle, and another one does not.
func (s *Source) need(watermark Moment) (need Need, idleIn *Seconds) {
	need = Need{Source: s.Name, Event: watermark.plus(s.Delay)}
	var longest Seconds
	sure := true
	for i := range s.Partitions {
		p := &s.Partitions[i]
		if p.State != "active" || p.Watermark >= watermark {
			continue
		}
		need.Partitions = append(need.Partitions, p.Partition)
		if p.IdleIn == nil {
			sure = false
		} else {
			longest = max(longest, *p.IdleIn)
		}
	}
	if len(need.Partitions) == 0 { // all are idle: whichever speaks first is the only one that counts
		need.Any, need.Partitions = true, s.idle()
		return need, nil
	}
	if sure && s.outlasts(watermark, longest) {
		return need, &longest
	}
	return need, nil
}

// outlasts reports whether a partition whose watermark is far enough is still active after a while: those that are idle by then do not
// count, unless they were heard last.
func (s *Source) outlasts(watermark Moment, while Seconds) bool {
	return some(s.Partitions, func(p *Partition) bool {
		return p.State == "active" && p.Watermark >= watermark && (p.IdleIn == nil || *p.IdleIn > while)
	})
}

// idle are the names of the partitions that are idle.
func (s *Source) idle() (names []string) {
	for i := range s.Partitions {
		if s.Partitions[i].State == "idle" {
			names = append(names, s.Partitions[i].Partition)
		}
	}
	return names
}
