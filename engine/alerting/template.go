package alerting

import (
	"fmt"
	"strings"
	"text/template"

	"github.com/weirdb/weir/engine/types"
)

// Template is a text with places for what a transition says, in the syntax of Go's text/template:
//
//	{{.errors}} errors of {{.service}}, {{printf "%.1f" .share}} %
//
// Names are the columns of the alert's SELECT and those of Columns. Numbers are numbers, NULL is <no value>, all else is text.
type Template struct{ parsed *template.Template }

// NewTemplate reads a text, and tries it: a name that is no column or label is found here. An empty text has no template.
func NewTemplate(option, text string, columns []types.Field, labels []string) (*Template, error) {
	if text == "" {
		return nil, nil
	}
	parsed, err := template.New(option).Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, fmt.Errorf("option %s = '%s': %w", option, text, err)
	}
	t := &Template{parsed}
	if _, err := t.render(sample(columns, labels)); err != nil {
		return nil, fmt.Errorf("option %s = '%s': %w; there are the columns %s", option, text, err, names(columns))
	}
	return t, nil
}

// Render fills the template in; a nil one gives an empty text. What goes wrong is told in the text: no alert is lost for its wording.
func (t *Template) Render(values map[string]any) string {
	if t == nil {
		return ""
	}
	text, err := t.render(values)
	if err != nil {
		return err.Error()
	}
	return text
}

func (t *Template) render(values map[string]any) (string, error) {
	var b strings.Builder
	if err := t.parsed.Execute(&b, values); err != nil {
		return "", err
	}
	return b.String(), nil
}

// sample has a value for every name.
func sample(columns []types.Field, labels []string) map[string]any {
	out := map[string]any{}
	for _, f := range append(Columns[:len(Columns):len(Columns)], columns...) {
		out[f.Name] = sampleOf(f.Type)
	}
	given := map[string]string{}
	for _, l := range labels {
		given[l] = ""
	}
	out[Columns[LabelsColumn].Name] = given
	return out
}

// sampleOf is a value of the Go type that Render is given.
func sampleOf(t types.Type) any {
	switch {
	case t.Integral():
		return int64(1)
	case t.Numeric():
		return 1.0
	case t.ID == types.Boolean:
		return true
	}
	return ""
}

func names(columns []types.Field) string {
	out := make([]string, len(columns))
	for i, f := range columns {
		out[i] = f.Name
	}
	return strings.Join(out, ", ")
}
