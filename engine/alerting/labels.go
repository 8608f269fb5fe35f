package alerting

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Label is a name and a value that receivers route by.
type Label struct{ Name, Value string }

// The labels that notifications have by themselves: the alert's name, and its severity. Others cannot be called so.
const (
	NameLabel     = "alertname"
	SeverityLabel = "severity"
)

var labelName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// ParseLabels reads 'team=shop, env=prod'.
func ParseLabels(text string) ([]Label, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var out []Label
	for _, item := range strings.Split(text, ",") {
		name, value, ok := strings.Cut(item, "=")
		l := Label{strings.TrimSpace(name), strings.TrimSpace(value)}
		if !ok || !labelName.MatchString(l.Name) {
			return nil, fmt.Errorf("labels = '%s': want names and values such as 'team=shop, env=prod'; a name has letters, digits and _", text)
		}
		if l.Name == NameLabel || l.Name == SeverityLabel {
			return nil, fmt.Errorf("labels = '%s': every alert has a label %s, which says its name or its option severity: choose another name", text, l.Name)
		}
		if slices.ContainsFunc(out, func(o Label) bool { return o.Name == l.Name }) {
			return nil, fmt.Errorf("labels = '%s': %s is there twice", text, l.Name)
		}
		out = append(out, l)
	}
	return out, nil
}
