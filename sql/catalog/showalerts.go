package catalog

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirdb/weir/engine/alerting"
	"github.com/weirdb/weir/engine/plan"
)

// showAlerts is SHOW ALERTS: what was declared. How they stand is added while the engine runs.
func (c *Catalog) showAlerts() *Answer {
	a := &Answer{Columns: []string{"alert", "severity", "instance", "to", "silenced", "select"}}
	for _, v := range c.Alerts() {
		a.Rows = append(a.Rows, []string{
			v.Name, v.Alert.Rule.Severity, strings.Join(v.Plan.(*plan.Alert).Keys, ", "), v.Alert.to(), c.silencedText(v.Name), strings.Join(strings.Fields(v.Select), " "),
		})
	}
	return a
}

// to is the connector of the alert's sink; empty if it has none.
func (a *Alert) to() string {
	if a.Sink == nil {
		return ""
	}
	return a.Sink.Connector.Name
}

// explainAlert says, below the plan, what becomes of an alert's transitions.
func (c *Catalog) explainAlert(b *strings.Builder, v *View) {
	if v.Alert == nil {
		return
	}
	if v.Alert.Sink != nil {
		fmt.Fprintf(b, "sends %s to %s%s\n", statesText(v.Alert.Notice.States), v.Alert.to(), noOlder(v.Alert.Notice.MaxAge))
	} else {
		b.WriteString("sends nothing\n")
	}
	if text := c.silencedText(v.Name); text != "" {
		fmt.Fprintf(b, "silenced %s\n", text)
	}
}

func statesText(states []alerting.State) string {
	words := make([]string, len(states))
	for i, s := range states {
		words[i] = string(s)
	}
	return strings.Join(words, " and ")
}

func noOlder(than time.Duration) string {
	if than == 0 {
		return ""
	}
	return ", if they are no older than " + than.String()
}

// silencedText says until when an alert is silenced, and what of it; empty if it is not.
func (c *Catalog) silencedText(alert string) string {
	var parts []string
	for _, s := range c.Silences(alert) {
		text := "until " + s.Until.UTC().Format(silenceLayout)
		if s.Where != "" {
			text += " where " + strings.Join(strings.Fields(s.Where), " ")
		}
		parts = append(parts, text)
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}
