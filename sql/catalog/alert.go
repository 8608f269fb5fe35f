package catalog

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/alerting"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/parse"
	"github.com/weirdb/weir/sql/planner"
)

// An alert is a view whose rows are transitions: its SELECT, with operators/alert on top. Where it says to = '…', it has a sink of the same
// name, which is a sink as any other but for what is held back from it: see Notice.
//
//	CREATE ALERT slow WITH (to = 'slack', …) AS SELECT …
//	   SELECT ─► operators/alert ─► table slow ─► outbox ─► sink slow, of connector slack

// Alert is what a view that is an alert has beside it.
type Alert struct {
	Rule plan.AlertRule
	// Sink is where transitions are sent; nil if they are only kept. Its options are those of the connector.
	Sink   *Sink
	Notice Notice
}

// Notice says which transitions are sent.
type Notice struct {
	States []alerting.State
	// MaxAge is how old by event time a transition may be; 0 for any age.
	MaxAge time.Duration
}

// Options of alerts that are read in several places.
const (
	alertTo         = "to"
	alertInstance   = "instance"
	alertFor        = "for"
	alertKeep       = "keep_firing_for"
	alertResolve    = "resolve_after"
	alertRepeat     = "repeat_interval"
	alertSend       = "send"
	alertSeverities = "severity"
	alertLabels     = "labels"
	alertSummary    = "summary"
	alertText       = "description"
	alertMaxAge     = "max_age"
	alertRetention  = "retention"
)

// AlertOptions are WITH (…) of an alert, beside those of the connector that it names with to.
var AlertOptions = []engine.Option{
	{Name: alertTo, Doc: "The connector that notifications go to, such as webhook, slack, email, pagerduty, alertmanager, http or kafka; its options stand beside. Without it, transitions are only kept: a sink may still read them."},
	{Name: alertFor, Kind: engine.Duration, Default: "0 seconds", Doc: "How long, in event time, an instance is pending before it fires."},
	{Name: alertKeep, Kind: engine.Duration, Default: "0 seconds", Doc: "How long, in event time, an instance fires on when its row has gone, so that one that flaps does not resolve."},
	{Name: alertResolve, Kind: engine.Duration, Default: "5 minutes", Doc: "Where rows only come, as of windows that close: how long after its last row, in event time, an instance has gone."},
	{Name: alertInstance, Doc: "Columns, separated by commas, that tell instances apart. Without it, the SELECT's group keys but for times or, where the query has none, its columns of type VARCHAR."},
	{Name: alertSeverities, Doc: "How bad it is: critical, error, warning or info, as PagerDuty has them, or any word."},
	{Name: alertLabels, Doc: "Names and values to route by, such as 'team=shop, env=prod'. The instance columns are labels too."},
	{Name: alertSummary, Doc: "A line about an instance, as a template: '{{.errors}} errors of {{.service}}'. Names are columns of the SELECT, and alert, instance, state, since, at, severity, labels, reminder."},
	{Name: alertText, Doc: "More about it, as a template."},
	{Name: alertRepeat, Kind: engine.Limit, Default: engine.NoLimit, Doc: "How long, in event time, until an instance that still fires is sent again, such as '4 hours'."},
	{Name: alertSend, Default: "firing, resolved", Doc: "Which transitions are sent: pending, firing, resolved, inactive, separated by commas. All are kept."},
	{Name: alertMaxAge, Kind: engine.Limit, Default: engine.NoLimit, Doc: "How far behind the clock a transition may be and still be sent, such as '1 hour': a new alert over old events then tells nobody of what is long over."},
	{Name: alertRetention, Kind: engine.Duration, Doc: "How long transitions are kept behind the watermark, such as '90 days', once their instance has resolved. Without it, they are kept for ever."},
}

// alertViewOptions are the options of views that alerts have too.
var alertViewOptions = []string{"emit", "allowed_lateness", "state_ttl", "backfill"}

// everyAlertOption are those of any alert.
func everyAlertOption() []engine.Option {
	out := slices.Clone(AlertOptions)
	for _, o := range ViewOptions {
		if slices.Contains(alertViewOptions, o.Name) {
			out = append(out, o)
		}
	}
	return out
}

// Kind is parse.View or parse.Alert.
func (v *View) Kind() parse.Kind {
	if v.Alert != nil {
		return parse.Alert
	}
	return parse.View
}

// what is what people call it.
func (v *View) what() string {
	if v.Alert != nil {
		return "alert"
	}
	return "view"
}

// Alerts are the views that are alerts.
func (c *Catalog) Alerts() []*View {
	return slices.DeleteFunc(slices.Clone(c.Views), func(v *View) bool { return v.Alert == nil })
}

// AllSinks are the sinks that were created, then those of alerts.
func (c *Catalog) AllSinks() []*Sink {
	out := slices.Clone(c.Sinks)
	for _, v := range c.Alerts() {
		if v.Alert.Sink != nil {
			out = append(out, v.Alert.Sink)
		}
	}
	return out
}

// newAlert plans an alert.
func (c *Catalog) newAlert(text string, s parse.CreateView) (*View, error) {
	own, others := splitOptions(s.With)
	given := map[string]string{}
	for name, v := range own {
		given[name] = v.Text
	}
	options, err := validate(text, s.With, given, everyAlertOption())
	if err != nil {
		return nil, err
	}
	planned, err := c.plan(text, s.Select, viewOptions(options))
	if err != nil {
		return nil, err
	}
	made, err := c.viewOf(text, s, planned)
	if err != nil {
		return nil, err
	}
	if err := c.watch(made, options); err != nil {
		return nil, pointAt(text, s.With, err)
	}
	made.Backfill, made.Retention = options["backfill"], options.Duration(alertRetention)
	if _, _, err := made.begins(); err != nil {
		return nil, pointAt(text, s.With, err)
	}
	if _, sends := s.With[alertTo]; !sends {
		return made, refuseOthers(text, others)
	}
	return made, c.addSink(text, s, made, others)
}

// splitOptions tells the options of alerts from those of connectors.
func splitOptions(with parse.With) (own, others parse.With) {
	own, others = parse.With{}, parse.With{}
	for name, v := range with {
		if slices.ContainsFunc(everyAlertOption(), func(o engine.Option) bool { return o.Name == name }) {
			own[name] = v
		} else {
			others[name] = v
		}
	}
	return own, others
}

// refuseOthers refuses options of a connector where none is named.
func refuseOthers(text string, others parse.With) error {
	for _, name := range slices.Sorted(maps.Keys(others)) {
		return parse.Errorf(text, others[name].Pos, "unknown option %s: an alert without to = '…' has %s; with it, also the options of the connector", name, optionsText(everyAlertOption()))
	}
	return nil
}

func optionsText(options []engine.Option) string {
	names := make([]string, len(options))
	for i, o := range options {
		names[i] = o.Name
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// watch puts the alert on the view, which is of its SELECT.
func (c *Catalog) watch(v *View, options engine.Options) error {
	rule, err := ruleOf(v.Name, options)
	if err != nil {
		return err
	}
	instance, err := instanceOf(v, options[alertInstance])
	if err != nil {
		return err
	}
	if err := refuseOwn(v); err != nil {
		return err
	}
	timed := c.timed(v)
	if err := refuseUntimed(v, options, timed); err != nil {
		return err
	}
	states, err := statesOf(options[alertSend])
	if err != nil {
		return err
	}
	selected := v.Columns
	if v.View, err = planner.AlertOver(v.View, instance, timed, rule); err != nil {
		return fmt.Errorf("alert %s: %w", v.Name, err)
	}
	v.Alert = &Alert{Rule: rule, Notice: Notice{States: states, MaxAge: options.Duration(alertMaxAge)}}
	v.About = engine.About{Time: alerting.Columns[alerting.AtColumn].Name}
	n := v.Plan.(*plan.Alert)
	return errors.Join(checkLabels(n), checkTemplates(n, selected))
}

// checkLabels refuses a label with the name of an instance column, which is a label too.
func checkLabels(n *plan.Alert) error {
	for _, l := range n.Rule.Labels {
		if slices.Contains(n.Keys, l.Name) {
			return fmt.Errorf("option %s: %s is an instance column of the alert, and so a label already: choose another name", alertLabels, l.Name)
		}
	}
	return nil
}

func ruleOf(name string, o engine.Options) (plan.AlertRule, error) {
	rule := plan.AlertRule{
		Name: name, For: o.Duration(alertFor).Microseconds(), KeepFiringFor: o.Duration(alertKeep).Microseconds(),
		ResolveAfter: o.Duration(alertResolve).Microseconds(), Repeat: o.Duration(alertRepeat).Microseconds(),
		Severity: o[alertSeverities], Summary: o[alertSummary], Description: o[alertText],
	}
	for option, d := range map[string]int64{alertFor: rule.For, alertKeep: rule.KeepFiringFor, alertResolve: rule.ResolveAfter} {
		if d < 0 {
			return rule, fmt.Errorf("option %s = '%s': want a duration that is not negative", option, o[option])
		}
	}
	var err error
	if rule.Labels, err = alerting.ParseLabels(o[alertLabels]); err != nil {
		err = fmt.Errorf("option %w", err)
	}
	return rule, err
}

// instanceOf finds the instance columns.
func instanceOf(v *View, given string) ([]int, error) {
	if given == "" {
		return defaultInstance(v), nil
	}
	var out []int
	for _, name := range strings.Split(given, ",") {
		at := columnNamed(v.Columns, strings.TrimSpace(name))
		if at < 0 {
			return nil, fmt.Errorf("option %s = '%s': the SELECT has no column %s; there are %s", alertInstance, given, strings.TrimSpace(name), columnNames(v.Columns))
		}
		out = append(out, at)
	}
	return out, nil
}

// defaultInstance are the group keys that are no times or, where the plan does not say what tells rows apart, the texts.
func defaultInstance(v *View) []int {
	var out []int
	keys, known := plan.Keys(v.Plan)
	for i, f := range v.Columns {
		if known && slices.Contains(keys, i) && !f.Type.Moment() || !known && f.Type.ID == types.Varchar {
			out = append(out, i)
		}
	}
	return out
}

// refuseOwn refuses columns that are called as those that every alert has.
func refuseOwn(v *View) error {
	for _, own := range alerting.Columns {
		if columnNamed(v.Columns, own.Name) >= 0 {
			return fmt.Errorf("alert %s: column %s is one that every alert has of its own: call it otherwise, with AS", v.Name, own.Name)
		}
	}
	return nil
}

// timed reports whether there is event time: every source of the view declares it.
func (c *Catalog) timed(v *View) bool {
	for _, name := range v.Sources {
		if s := c.Source(name); s != nil && s.EventTime < 0 {
			return false
		}
	}
	return true
}

// refuseUntimed refuses options that count event time where there is none.
func refuseUntimed(v *View, o engine.Options, timed bool) error {
	if timed {
		return nil
	}
	for _, option := range []string{alertFor, alertKeep, alertRepeat} {
		if o.Duration(option) > 0 {
			return fmt.Errorf("option %s = '%s': alert %s has no event time to count it by: declare a WATERMARK on its source (%s), or leave the option out",
				option, o[option], v.Name, strings.Join(v.Sources, ", "))
		}
	}
	return nil
}

func statesOf(text string) ([]alerting.State, error) {
	var out []alerting.State
	for _, word := range strings.Split(text, ",") {
		s := alerting.State(strings.TrimSpace(word))
		if !slices.Contains(alerting.States, s) {
			return nil, fmt.Errorf("option %s = '%s': allowed are pending, firing, resolved and inactive, separated by commas", alertSend, text)
		}
		out = append(out, s)
	}
	return out, nil
}

// labels are what the transitions of an alert have as labels; nil of a view that is none.
func (v *View) labels() []string {
	if n, ok := v.Plan.(*plan.Alert); ok && v.Alert != nil {
		return labelsOf(n.Keys, v.Alert.Rule)
	}
	return nil
}

func labelsOf(keys []string, rule plan.AlertRule) []string {
	out := slices.Clone(keys)
	for _, l := range rule.Labels {
		out = append(out, l.Name)
	}
	return out
}

// checkTemplates tries the templates.
func checkTemplates(n *plan.Alert, selected []types.Field) error {
	labels := labelsOf(n.Keys, n.Rule)
	_, summary := alerting.NewTemplate(alertSummary, n.Rule.Summary, selected, labels)
	_, description := alerting.NewTemplate(alertText, n.Rule.Description, selected, labels)
	return errors.Join(summary, description)
}

// addSink makes the sink that transitions are sent to.
func (c *Catalog) addSink(text string, s parse.CreateView, v *View, others parse.With) error {
	with := maps.Clone(others)
	with["connector"] = s.With[alertTo]
	var err error
	v.Alert.Sink, err = c.sinkOn(text, with, alertTo, v, &Sink{Name: v.Name, View: v.Name})
	return err
}
