package why

import "github.com/weirdb/weir/engine"

// Stage is what a stage of the query holds.
type Stage struct {
	Name      string   `json:"name"` // what it is: aggregate, join, …
	Sources   []string `json:"sources"`
	Waiting   int64    `json:"waiting"` // rows that wait before it
	Watermark Moment   `json:"watermark"`

	Kind   string   `json:"kind,omitempty"` // what the watermark lets go: window, session or row; absent if nothing
	Unit   string   `json:"unit,omitempty"` // what Held counts
	Held   int64    `json:"held"`
	Open   int      `json:"open"`  // windows or sessions
	First  []Window `json:"first"` // those that close first
	Newest Moment   `json:"newest"`
	Parts  []Part   `json:"parts,omitempty"` // what the state consists of

	ahead engine.Time
}

// Window is an open window, session or, where single rows are held, row.
type Window struct {
	Start  Moment `json:"start"` // null if it is not known
	End    Moment `json:"end"`
	Count  int64  `json:"count"`
	Closes Moment `json:"closes"` // the watermark that the view's sources must have for it to close
}

// Part is a part of a stage's state.
type Part struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

func stagesOf(q *engine.QueryStatus) []Stage {
	out := []Stage{}
	for _, s := range q.Stages {
		stage := Stage{
			Name: s.Name, Sources: s.Sources, Waiting: s.Waiting, Watermark: Moment(s.Watermark), First: []Window{}, Newest: Moment(engine.MinTime), ahead: s.Ahead,
		}
		if s.Held != nil {
			stage.hold(s.Held)
		}
		out = append(out, stage)
	}
	return out
}

func (s *Stage) hold(h *engine.Held) {
	s.Kind, s.Unit, s.Held, s.Open, s.Newest = h.Kind, h.Unit, h.Count, h.Windows, Moment(h.Newest)
	for _, w := range h.First {
		closes := w.Closes
		if closes < engine.MaxTime-s.ahead {
			closes += s.ahead
		}
		s.First = append(s.First, Window{Moment(w.Start), Moment(w.End), w.Count, Moment(closes)})
	}
	for _, p := range h.Parts {
		s.Parts = append(s.Parts, Part(p))
	}
}
