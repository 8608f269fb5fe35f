package plan

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/alerting"
	"github.com/weirdb/weir/engine/types"
)

// Alert makes transitions of an alert's instances out of the rows that are there: what CREATE ALERT asks for. Where the input takes rows
// back, an instance is there as long as one of its rows is; where rows only come, until none has come for ResolveAfter.
//
// What only says how transitions are timed and worded is not stored: an alert in which it changes goes on with its state and history.
type Alert struct {
	From Node `json:"-"`
	// Values are how many of the input's columns, the first, are those of the SELECT; behind them are the instance columns, as texts.
	Values int      `json:"values"`
	Keys   []string `json:"keys,omitempty"` // what the instance columns are called
	// Updating says that the input takes rows back.
	Updating bool `json:"updating,omitempty"`
	// Time is the column that says when a row is from, where rows only come; nil where they are taken back.
	Time *WindowKey `json:"time,omitempty"`
	// Timed says that there is event time: otherwise transitions have none.
	Timed bool      `json:"timed,omitempty"`
	Rule  AlertRule `json:"-"`
}

// AlertRule is when an instance fires and resolves, and what is said of it. Times are microseconds of event time.
type AlertRule struct {
	Name          string // of the alert
	For           int64  // how long its row has to be there
	KeepFiringFor int64  // how long it still fires when the row has gone
	ResolveAfter  int64  // how long after its last row the instance is gone, where rows only come
	Repeat        int64  // between reminders while it is firing; 0 for none
	Severity      string
	Labels        []alerting.Label
	Summary       string // templates
	Description   string
}

// Columns implements Node.
func (n *Alert) Columns() []types.Field {
	return append(alerting.Columns[:len(alerting.Columns):len(alerting.Columns)], n.From.Columns()[:n.Values]...)
}

// Inputs implements Node.
func (n *Alert) Inputs() []Node { return []Node{n.From} }

// Describe implements Node.
func (n *Alert) Describe() string {
	text := "alert"
	if len(n.Keys) > 0 {
		text += ", an instance for each " + strings.Join(n.Keys, ", ")
	} else {
		text += ", one instance"
	}
	text += n.fires() + n.resolves()
	if n.Rule.Repeat > 0 {
		text += ", reminds each " + micros(n.Rule.Repeat)
	}
	return text
}

// fires says when an instance fires.
func (n *Alert) fires() string {
	switch {
	case n.Rule.For == 0:
		return "; fires with its row"
	case n.Updating:
		return fmt.Sprintf("; fires when its row has been there for %s", micros(n.Rule.For))
	}
	return fmt.Sprintf("; fires when rows have come for %s", micros(n.Rule.For))
}

// resolves says when it does not any more.
func (n *Alert) resolves() string {
	text := ", resolves when it goes"
	if !n.Updating {
		column := readable.name(n.From.Columns()[n.Time.Group].Name)
		text = fmt.Sprintf(", resolves when none has come for %s by %s", micros(n.Rule.ResolveAfter), column)
	}
	if n.Rule.KeepFiringFor > 0 {
		text += fmt.Sprintf(", %s later", micros(n.Rule.KeepFiringFor))
	}
	return text
}
