package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/grafana/grafana-plugin-sdk-go/experimental/concurrent"

	"github.com/weirdb/weir/dashboards/grafana/pkg/frame"
	"github.com/weirdb/weir/dashboards/grafana/pkg/live"
	"github.com/weirdb/weir/dashboards/grafana/pkg/macro"
	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

// atOnce is how many queries of one request run at the same time.
const atOnce = 6

// model is a query as the front end stores it.
type model struct {
	RawSQL       string         `json:"rawSql"`
	Format       live.Format    `json:"format"`
	Live         bool           `json:"live"`
	Builder      *builder       `json:"builder"`
	AdhocFilters []macro.Filter `json:"adhocFilters"`
}

// asked is one query with what it needs to run.
type asked struct {
	model
	backend.DataQuery
	caller weir.Caller
	alert  bool // an alert or recording rule asks
}

// QueryData answers queries, several at a time.
func (d *Datasource) QueryData(ctx context.Context, req *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	return concurrent.QueryData(ctx, req, d.answer, atOnce)
}

func (d *Datasource) answer(ctx context.Context, q concurrent.Query) backend.DataResponse {
	a := asked{DataQuery: q.DataQuery, caller: callerOf(q), alert: q.Headers.Get("FromAlert") == "true"}
	if err := json.Unmarshal(q.DataQuery.JSON, &a.model); err != nil {
		return refuse(fmt.Errorf("the stored query cannot be read: %w", err), "", nil)
	}
	ctx, cancel := context.WithTimeout(ctx, d.settings.timeout)
	defer cancel()
	if !a.Live || a.alert {
		return d.run(ctx, &a)
	}
	response, why := d.open(ctx, &a)
	if why == nil {
		return response
	}
	response = d.run(ctx, &a)
	for _, f := range response.Frames[:min(len(response.Frames), 1)] {
		f.AppendNotices(data.Notice{Severity: severity(why), Text: "this panel is not live: " + why.Error()})
	}
	return response
}

// severity tells what a user has to mend from what is as it was asked for.
func severity(why error) data.NoticeSeverity {
	if errors.Is(why, errLong) {
		return data.NoticeSeverityInfo
	}
	return data.NoticeSeverityWarning
}

func callerOf(q concurrent.Query) weir.Caller {
	c := weir.Caller{Dashboard: q.Headers.Get("X-Dashboard-Uid"), Panel: q.Headers.Get("X-Panel-Id"), Rule: q.Headers.Get("X-Rule-Uid")}
	if q.PluginContext.User != nil {
		c.User = q.PluginContext.User.Login
	}
	return c
}

// run runs a query's SQL.
func (d *Datasource) run(ctx context.Context, a *asked) backend.DataResponse {
	if strings.TrimSpace(a.RawSQL) == "" {
		return refuse(errors.New("the query has no SQL"), "", nil)
	}
	statement, err := macro.Expand(a.RawSQL, macro.Context{From: a.TimeRange.From, To: a.TimeRange.To, Interval: a.Interval, Filters: a.AdhocFilters})
	if err != nil {
		return refuse(err, a.RawSQL, nil)
	}
	begun := time.Now()
	var got *frame.Arrow
	cut, err := d.client.Run(ctx, weir.Query{SQL: statement.SQL, Limit: d.settings.maxRows, Caller: a.caller}, frame.Into(&got))
	if err != nil {
		return refuse(err, a.RawSQL, statement)
	}
	raw := got.Frame()
	raw.Meta = &data.FrameMeta{ExecutedQueryString: statement.SQL, Stats: stats(got.Rows(), time.Since(begun))}
	d.describe(ctx, raw, statement.SQL)
	frames, err := d.shape(a, raw, statement)
	if err != nil {
		return refuse(err, a.RawSQL, statement)
	}
	if cut {
		frames[0].AppendNotices(cutNotice(d.settings.maxRows))
	}
	if len(a.AdhocFilters) > 0 && !statement.Filtered {
		frames[0].AppendNotices(data.Notice{Severity: data.NoticeSeverityWarning,
			Text: "the dashboard's ad hoc filters do not apply here: put AND $__adhocFilters into the WHERE of this query"})
	}
	return backend.DataResponse{Frames: frames, Status: backend.StatusOK}
}

func cutNotice(rows int) data.Notice {
	return data.Notice{Severity: data.NoticeSeverityWarning,
		Text: fmt.Sprintf("only the first %d rows are here: there are more. Narrow the time range, group by larger intervals, or raise the data source's row limit", rows)}
}

func stats(rows int, took time.Duration) []data.QueryStat {
	return []data.QueryStat{
		{FieldConfig: data.FieldConfig{DisplayName: "Rows", Unit: "short"}, Value: float64(rows)},
		{FieldConfig: data.FieldConfig{DisplayName: "Time in Weir, with sending", Unit: "ms"}, Value: float64(took.Microseconds()) / 1000},
	}
}

// shape gives a result the shape that the query's format asks for.
func (d *Datasource) shape(a *asked, raw *data.Frame, statement *macro.Statement) (data.Frames, error) {
	switch a.Format {
	case live.Series:
		frames, err := frame.Series(raw)
		if err != nil {
			return nil, err
		}
		frames[0] = fill(frames[0], statement.Fill, a.TimeRange)
		if a.alert {
			frame.Distinct(frames)
		}
		return frames, nil
	case live.Table:
		return data.Frames{frame.Table(raw)}, nil
	case live.Logs:
		logs, err := frame.Logs(raw)
		return data.Frames{logs}, err
	}
	return nil, fmt.Errorf("there is no format %d: 0 is time series, 1 table, 2 logs", a.Format)
}

var fillModes = map[macro.FillMode]data.FillMode{macro.FillNull: data.FillModeNull, macro.FillPrevious: data.FillModePrevious, macro.FillValue: data.FillModeValue}

// fill gives the buckets without rows what $__timeGroup says.
func fill(f *data.Frame, with *macro.Fill, r backend.TimeRange) *data.Frame {
	if with == nil {
		return f
	}
	out, ok := frame.FillIn(f, frame.Buckets{Missing: data.FillMissing{Mode: fillModes[with.Mode], Value: with.Value},
		First: with.Start(r.From), Last: with.Start(r.To), Next: with.Next})
	if !ok {
		f.AppendNotices(data.Notice{Severity: data.NoticeSeverityWarning,
			Text: "there are too many empty buckets in this time range to fill them: take a larger interval"})
	}
	return out
}
