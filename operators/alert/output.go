package alert

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/alerting"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// output makes rows of transitions.
type output struct {
	node                 *plan.Alert
	schema               *arrow.Schema
	values               []types.Field // of the SELECT
	encoder              *keys.Rows
	mem                  memory.Allocator
	summary, description *alerting.Template
}

func newOutput(n *plan.Alert, encoder *keys.Rows, mem memory.Allocator) (*output, error) {
	o := &output{node: n, schema: types.Schema(n.Columns()), values: n.From.Columns()[:n.Values], encoder: encoder, mem: mem}
	labels := n.Keys
	for _, l := range n.Rule.Labels {
		labels = append(labels[:len(labels):len(labels)], l.Name)
	}
	var err error
	if o.summary, err = alerting.NewTemplate("summary", n.Rule.Summary, o.values, labels); err != nil {
		return nil, err
	}
	o.description, err = alerting.NewTemplate("description", n.Rule.Description, o.values, labels)
	return o, err
}

// rows makes a batch, which the caller releases.
func (o *output) rows(made []transition) arrow.RecordBatch {
	b := array.NewRecordBuilder(o.mem, o.schema)
	defer b.Release()
	b.Reserve(len(made))
	own := len(alerting.Columns)
	o.decode(b.Fields()[own:], made)
	shown := o.shown(made)
	for i := range made {
		o.append(b, &made[i], shown[i])
	}
	return b.NewRecordBatch()
}

// decode appends the values of transitions' rows.
func (o *output) decode(builders []array.Builder, made []transition) {
	var data []byte
	at := make([]int, len(made))
	for i := range made {
		at[i] = len(data)
		data = append(data, made[i].row...)
	}
	o.encoder.Decode(builders, data, at)
}

// append appends what is not of the SELECT.
func (o *output) append(b *array.RecordBuilder, t *transition, values map[string]any) {
	rule := &o.node.Rule
	id := alerting.Incident(rule.Name, t.name, t.since, t.serial)
	labels := o.labels(t)
	o.name(values, t, labels)
	text := func(column int, value string) { b.Field(column).(*array.StringBuilder).Append(value) }
	text(alerting.AlertColumn, rule.Name)
	text(alerting.InstanceColumn, t.name)
	text(alerting.StateColumn, string(t.state))
	o.appendTime(b.Field(alerting.AtColumn), t.at)
	o.appendTime(b.Field(alerting.SinceColumn), t.since)
	text(alerting.SeverityColumn, rule.Severity)
	appendLabels(b.Field(alerting.LabelsColumn).(*array.MapBuilder), labels)
	text(alerting.SummaryColumn, o.summary.Render(values))
	text(alerting.DescriptionColumn, o.description.Render(values))
	b.Field(alerting.ReminderColumn).(*array.Int32Builder).Append(t.reminder)
	text(alerting.IDColumn, id)
}

// appendTime appends an event time, or NULL where there is none.
func (o *output) appendTime(to array.Builder, micros int64) {
	if !o.node.Timed || micros == math.MinInt64 {
		to.AppendNull()
		return
	}
	to.(*array.TimestampBuilder).Append(arrow.Timestamp(micros))
}

// labels are those that are declared, then the instance columns.
func (o *output) labels(t *transition) []alerting.Label {
	out := o.node.Rule.Labels
	out = out[:len(out):len(out)]
	for i, name := range o.node.Keys {
		out = append(out, alerting.Label{Name: name, Value: t.parts[i]})
	}
	return out
}

func appendLabels(to *array.MapBuilder, labels []alerting.Label) {
	to.Append(true)
	for _, l := range labels {
		to.KeyBuilder().(*array.StringBuilder).Append(l.Name)
		to.ItemBuilder().(*array.StringBuilder).Append(l.Value)
	}
}

// name adds to what a template may name what is not of the SELECT.
func (o *output) name(values map[string]any, t *transition, labels []alerting.Label) {
	byName := map[string]string{}
	for _, l := range labels {
		byName[l.Name] = l.Value
	}
	more := map[int]any{
		alerting.AlertColumn: o.node.Rule.Name, alerting.InstanceColumn: t.name, alerting.StateColumn: string(t.state),
		alerting.AtColumn: o.timeText(t.at), alerting.SinceColumn: o.timeText(t.since), alerting.SeverityColumn: o.node.Rule.Severity,
		alerting.LabelsColumn: byName, alerting.SummaryColumn: "", alerting.DescriptionColumn: "", alerting.ReminderColumn: int64(t.reminder),
		alerting.IDColumn: alerting.Incident(o.node.Rule.Name, t.name, t.since, t.serial),
	}
	for column, value := range more {
		values[alerting.Columns[column].Name] = value
	}
}

func (o *output) timeText(micros int64) string {
	if !o.node.Timed {
		return ""
	}
	return momentText(micros)
}
