package plugin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/weirdb/weir/dashboards/grafana/pkg/live"
	"github.com/weirdb/weir/dashboards/grafana/pkg/macro"
	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

// builder is what the query builder has made the SQL of.
type builder struct {
	View     string    `json:"view"`
	Time     string    `json:"time"`
	Groups   []string  `json:"groups"`
	Measures []measure `json:"measures"`
	Where    string    `json:"where"`
	// Whole has the query be live only where a stream can show the whole time range.
	Whole bool `json:"whole"`
}

type measure struct {
	Column    string `json:"column"`
	Aggregate string `json:"aggregate"`
}

// open answers a live query: a frame with the rows that there are, and the channel that brings the next ones. Why says what keeps the
// query from being live; it is then answered once, as any other.
func (d *Datasource) open(ctx context.Context, a *asked) (response backend.DataResponse, why error) {
	if a.Builder == nil || a.Builder.View == "" {
		return response, errors.New("a stream follows a view: choose one in the builder")
	}
	view, err := d.client.View(ctx, a.Builder.View)
	if err != nil {
		return response, err
	}
	show, err := a.Builder.shown(view)
	if err != nil {
		return response, err
	}
	conditions, err := a.conditions(view.Name)
	if err != nil {
		return response, err
	}
	p, err := live.Of(view, show, live.Path{Format: a.Format, Where: strings.Join(conditions, " AND "), Labels: a.labels()})
	if err != nil {
		return response, err
	}
	opened, err := d.openPath(ctx, a, view, p)
	if err != nil {
		return response, err
	}
	if opened.Cut && a.Builder.Whole {
		return response, errLong
	}
	return d.finish(a, view, opened)
}

// errLong is why a query that is to show the whole time range is not live.
var errLong = errors.New("its time range has more rows than a stream begins with; choose a shorter one, or have the dashboard refresh")

// labels are the columns that tell series apart.
func (a *asked) labels() []string {
	if a.Format != live.Series {
		return nil
	}
	return a.Builder.Groups
}

// openPath opens the kind of channel that the view allows.
func (d *Datasource) openPath(ctx context.Context, a *asked, view *weir.View, p live.Path) (*live.Opened, error) {
	adds, err := d.onlyAdds(ctx, view)
	if err != nil {
		return nil, err
	}
	if adds && live.Follows(p.Where, view) {
		return d.hub.OpenTail(ctx, view, p, a.Builder.timeColumn(view), a.TimeRange.From, a.caller)
	}
	p.State = true
	return d.hub.OpenState(ctx, view, p, a.TimeRange.From, a.caller)
}

// onlyAdds reports whether a view never takes a row back: it writes each window once, and corrects none.
func (d *Datasource) onlyAdds(ctx context.Context, view *weir.View) (bool, error) {
	if view.Emit != "close" {
		return false, nil
	}
	t, err := d.client.Table(ctx, weir.Query{SQL: "SELECT sql FROM weir.catalog WHERE lower(name) = lower(" + macro.String(view.Name) + ")", Limit: 1})
	if err != nil {
		return false, fmt.Errorf("reading the definition of %s: %w", view.Name, err)
	}
	return len(t.Rows) == 1 && !macro.Mentions(string(t.Rows[0][0][1:]), "allowed_lateness"), nil
}

func (d *Datasource) finish(a *asked, view *weir.View, opened *live.Opened) (backend.DataResponse, error) {
	channel, err := live.Channel(d.uid, opened.Path)
	if err != nil {
		return backend.DataResponse{}, err
	}
	f := opened.Frame
	if f.Meta == nil {
		f.Meta = &data.FrameMeta{}
	}
	f.RefID = a.RefID
	f.Meta.Channel, f.Meta.ExecutedQueryString = channel, opened.SQL
	if opened.Cut {
		f.AppendNotices(data.Notice{Severity: data.NoticeSeverityInfo, Text: fmt.Sprintf("the newest %d rows of %s are shown", opened.Rows, view.Name)})
	}
	return backend.DataResponse{Frames: data.Frames{f}, Status: backend.StatusOK}, nil
}

func (b *builder) timeColumn(view *weir.View) string {
	if b.Time != "" {
		return b.Time
	}
	return weir.TimeColumn(view.Columns)
}

// shown are the columns that the builder shows: none are all.
func (b *builder) shown(view *weir.View) ([]string, error) {
	var out []string
	for _, m := range b.Measures {
		if m.Aggregate != "" {
			return nil, fmt.Errorf("a stream shows a view's own rows: take the aggregate %s off, or let a view compute it", m.Aggregate)
		}
		if m.Column != "" {
			out = append(out, m.Column)
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	for _, name := range append([]string{b.timeColumn(view)}, b.Groups...) {
		if name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out, nil
}

// conditions are those of the builder and the dashboard's ad hoc filters, each in parentheses.
func (a *asked) conditions(view string) ([]string, error) {
	var out []string
	if where := strings.TrimSpace(a.Builder.Where); where != "" {
		expanded, err := macro.Expand(where, macro.Context{From: a.TimeRange.From, To: a.TimeRange.To, Interval: a.Interval, Filters: a.AdhocFilters})
		if err != nil {
			return nil, err
		}
		if expanded.Moving {
			return nil, errors.New("a stream has no time range: take the macros of times out of its conditions")
		}
		out = append(out, "("+expanded.SQL+")")
	}
	for _, f := range a.AdhocFilters {
		c, err := macro.Conditions([]macro.Filter{f}, view)
		if err != nil {
			return nil, err
		}
		if c != "true" {
			out = append(out, c)
		}
	}
	return out, nil
}
