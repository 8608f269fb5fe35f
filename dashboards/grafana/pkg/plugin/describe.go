package plugin

import (
	"context"
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/weirdb/weir/dashboards/grafana/pkg/macro"
	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

// behind is how far a view's watermark may be behind the clock before a panel says so.
const behind = time.Minute

// describe adds to a result what Weir knows of the views that its statement reads: units of columns, and what a reader should
// know of their state. What cannot be found out is left out: the result stands without it.
func (d *Datasource) describe(ctx context.Context, f *data.Frame, sql string) {
	if schema, err := d.schema.get(ctx); err == nil {
		for _, t := range schema.Tables {
			if macro.Mentions(sql, t.Name) {
				setUnits(f, t.Columns)
			}
		}
	}
	views, err := d.views.get(ctx)
	if err != nil {
		return
	}
	for i := range views {
		if macro.Mentions(sql, views[i].Name) {
			f.AppendNotices(noticesOf(&views[i], time.Now())...)
		}
	}
}

func setUnits(f *data.Frame, columns []weir.Column) {
	for _, c := range columns {
		for _, field := range f.Fields {
			if field.Name != c.Name || (c.Unit == "" && c.Comment == "") {
				continue
			}
			field.SetConfig(&data.FieldConfig{Unit: c.Unit, Description: c.Comment})
		}
	}
}

// noticesOf says what is to be known of a view's state.
func noticesOf(v *weir.View, now time.Time) []data.Notice {
	var out []data.Notice
	switch v.State {
	case "failed":
		out = append(out, data.Notice{Severity: data.NoticeSeverityError, Text: fmt.Sprintf("view %s has failed, and stands still: %s", v.Name, v.Error)})
	case "paused", "backpressured":
		out = append(out, data.Notice{Severity: data.NoticeSeverityWarning, Text: fmt.Sprintf("view %s is %s: what is shown is not the present", v.Name, v.State)})
	}
	if at, ok := v.Complete(); ok && now.Sub(at) > behind {
		out = append(out, data.Notice{Severity: data.NoticeSeverityInfo, Text: fmt.Sprintf("view %s is complete up to %s UTC, %s ago; weir why %s says what it waits for",
			v.Name, at.Format("2006-01-02 15:04:05"), now.Sub(at).Round(time.Second), v.Name)})
	}
	if v.LateRows > 0 {
		out = append(out, data.Notice{Severity: data.NoticeSeverityInfo, Text: fmt.Sprintf("%d rows came too late for view %s since Weir started: they are in weir.late_rows",
			v.LateRows, v.Name)})
	}
	return out
}
