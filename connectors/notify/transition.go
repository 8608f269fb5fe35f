package notify

import (
	"encoding/json"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/connectors/format/lines"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/alerting"
	"github.com/weirdb/weir/engine/types"
)

// transition is a row of an alert.
type transition struct {
	alert, instance      string
	state                alerting.State
	at, since            time.Time // zero without event time
	severity             string
	labels               []alerting.Label
	summary, description string
	reminder             int32
	incident             string
	key                  string          // the idempotency key
	values               json.RawMessage // the columns of the SELECT, an object
}

// title is what to show in one line.
func (t *transition) title() string {
	switch {
	case t.summary != "":
		return t.summary
	case t.instance != "":
		return t.alert + ": " + t.instance
	}
	return t.alert
}

// read reads a delivery. It borrows d.
func read(d engine.Delivery) []transition {
	var out []transition
	for _, b := range d.Changes {
		text := func(column, row int) string { return b.Rows.Column(column).(*array.String).Value(row) }
		own := len(alerting.Columns)
		values := array.NewRecordBatch(types.Schema(d.Columns[own:]), b.Rows.Columns()[own:], b.Rows.NumRows())
		defer values.Release()
		for i := range int(b.Rows.NumRows()) {
			t := transition{
				alert: text(alerting.AlertColumn, i), instance: text(alerting.InstanceColumn, i), state: alerting.State(text(alerting.StateColumn, i)),
				at: moment(b, alerting.AtColumn, i), since: moment(b, alerting.SinceColumn, i), severity: text(alerting.SeverityColumn, i),
				labels: labels(b.Rows.Column(alerting.LabelsColumn).(*array.Map), i), summary: text(alerting.SummaryColumn, i),
				description: text(alerting.DescriptionColumn, i), reminder: b.Rows.Column(alerting.ReminderColumn).(*array.Int32).Value(i),
				incident: text(alerting.IDColumn, i), values: lines.AppendJSON(nil, d.Columns[own:], values, i, 1, false),
			}
			t.key = alerting.Key(t.incident, t.state, t.reminder)
			out = append(out, t)
		}
	}
	return out
}

func moment(b engine.Batch, column, row int) time.Time {
	times := b.Rows.Column(column).(*array.Timestamp)
	if times.IsNull(row) {
		return time.Time{}
	}
	return time.UnixMicro(int64(times.Value(row))).UTC()
}

func labels(of *array.Map, row int) []alerting.Label {
	from, to := of.ValueOffsets(row)
	names, values := of.Keys().(*array.String), of.Items().(*array.String)
	var out []alerting.Label
	for i := int(from); i < int(to); i++ {
		out = append(out, alerting.Label{Name: names.Value(i), Value: values.Value(i)})
	}
	return out
}
