package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/alerting"
)

// groupOption divides the transitions of a commit.
var groupOption = engine.Option{Name: "group_by", Doc: "Labels, separated by commas, by which the transitions of a commit are put into notifications: 'country' gives one for each country, 'instance' one for each instance. Without it, there is one for all of the alert's."}

// byInstance groups by the instance itself.
const byInstance = "instance"

// notification is what is told at once: transitions of one alert with the same values of the labels that are grouped by.
type notification struct {
	alert  string
	labels []alerting.Label // those that are grouped by
	of     []transition
	key    string // the idempotency key: of a single transition, its own
}

// group puts transitions into notifications, in the order of their first ones.
func group(all []transition, by []string) []*notification {
	var out []*notification
	found := map[string]*notification{}
	for _, t := range latest(all) {
		labels := groupLabels(&t, by)
		name := fmt.Sprint(t.alert, labels)
		n := found[name]
		if n == nil {
			n = &notification{alert: t.alert, labels: labels}
			found[name] = n
			out = append(out, n)
		}
		n.of = append(n.of, t)
	}
	for _, n := range out {
		n.key = keyOf(n.of)
	}
	return out
}

// latest leaves out reminders of what has changed, or been reminded of, since.
func latest(all []transition) []transition {
	last := map[string]int{}
	for i := range all {
		last[all[i].incident] = i
	}
	var out []transition
	for i, t := range all {
		if t.reminder == 0 || last[t.incident] == i {
			out = append(out, t)
		}
	}
	return out
}

func groupLabels(t *transition, by []string) []alerting.Label {
	var out []alerting.Label
	for _, name := range by {
		out = append(out, alerting.Label{Name: name, Value: labelOf(t, name)})
	}
	return out
}

func labelOf(t *transition, name string) string {
	switch name {
	case byInstance:
		return t.instance
	case alerting.NameLabel:
		return t.alert
	case alerting.SeverityLabel:
		return t.severity
	}
	for _, l := range t.labels {
		if l.Name == name {
			return l.Value
		}
	}
	return ""
}

func keyOf(of []transition) string {
	if len(of) == 1 {
		return of[0].key
	}
	sum := sha256.New()
	for i := range of {
		_, _ = io.WriteString(sum, of[i].key+"\n") // a hash takes everything
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

// groupColumns reads group_by.
func groupColumns(c engine.SinkConfig) ([]string, error) {
	text := c.Options[groupOption.Name]
	if text == "" {
		return nil, nil
	}
	names := strings.Split(text, ",")
	for i := range names {
		if names[i] = strings.TrimSpace(names[i]); names[i] == "" {
			return nil, fmt.Errorf("option %s = '%s': want labels, separated by commas", groupOption.Name, text)
		}
	}
	return names, nil
}

// checkGroups refuses labels that the alert does not have.
func checkGroups(c engine.SinkConfig) error {
	names, err := groupColumns(c)
	has := slices.Concat(c.Labels, []string{byInstance, alerting.NameLabel, alerting.SeverityLabel})
	for _, name := range names {
		if !slices.Contains(has, name) {
			return fmt.Errorf("option %s = '%s': alert %s has no label %s%s; there are %s",
				groupOption.Name, c.Options[groupOption.Name], c.View, name, engine.Meant(name, has), strings.Join(has, ", "))
		}
	}
	return err
}

// now are what instances have become: the last transition of each incident.
func (n *notification) now() []transition {
	last := map[string]int{}
	for i := range n.of {
		last[n.of[i].incident] = i
	}
	var out []transition
	for i, t := range n.of {
		if last[t.incident] == i {
			out = append(out, t)
		}
	}
	return out
}

// status is firing, if some instance is now, or else what the last has become.
func (n *notification) status() alerting.State {
	now := n.now()
	if slices.ContainsFunc(now, func(t transition) bool { return t.state == alerting.Firing }) {
		return alerting.Firing
	}
	return now[len(now)-1].state
}

// headline is what to show of the whole: [FIRING: 2] slow country=CH.
func (n *notification) headline() string {
	status, count := n.status(), 0
	for _, t := range n.now() {
		if t.state == status {
			count++
		}
	}
	text := fmt.Sprintf("[%s: %d] %s", strings.ToUpper(string(status)), count, n.alert)
	for _, l := range n.labels {
		text += fmt.Sprintf(" %s=%s", l.Name, l.Value)
	}
	return text
}
