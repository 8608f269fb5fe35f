package alerting

import (
	"strings"
	"testing"

	"github.com/weirdb/weir/engine/types"
)

var columns = []types.Field{
	{Name: "service", Type: types.Of(types.Varchar)}, {Name: "errors", Type: types.Of(types.BigInt)}, {Name: "share", Type: types.Of(types.Double)},
}

func TestTemplate(t *testing.T) {
	const text = `{{.errors}} errors of {{.service}} ({{printf "%.1f" .share}} %), {{.severity}}, {{.labels.team}}`
	if _, err := NewTemplate("summary", text, columns, nil); err == nil || !strings.Contains(err.Error(), `"team"`) {
		t.Errorf("a label that is not there: %v", err)
	}
	made, err := NewTemplate("summary", text, columns, []string{"team"})
	if err != nil {
		t.Fatal(err)
	}
	got := made.Render(map[string]any{
		"errors": int64(3), "service": "cart", "share": 12.34, "severity": "critical", "labels": map[string]string{"team": "shop"},
	})
	if want := "3 errors of cart (12.3 %), critical, shop"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := (*Template)(nil).Render(nil); got != "" {
		t.Errorf("no template gives %q", got)
	}
}

func TestTemplateMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"{{.servise}}":              "there are the columns service, errors, share",
		"{{.service":                "unclosed action",
		"{{nosuch .service}}":       `function "nosuch" not defined`,
		"{{.service.name}}":         "can't evaluate field name",
		"{{printf \"%d\" .erorrs}}": `no entry for key "erorrs"`,
	} {
		if _, err := NewTemplate("summary", text, columns, nil); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "option summary") {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestParseLabels(t *testing.T) {
	got, err := ParseLabels(" team = shop , env=prod=1")
	if err != nil || len(got) != 2 || got[0] != (Label{"team", "shop"}) || got[1] != (Label{"env", "prod=1"}) {
		t.Errorf("%v, %v", got, err)
	}
	for text, want := range map[string]string{"team": "want names and values", "a=1, a=2": "a is there twice", "1=x": "want names", "a=1,": "want names", "severity=page": "every alert has a label severity"} {
		if _, err := ParseLabels(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	if got, err := ParseLabels(" "); got != nil || err != nil {
		t.Errorf("no labels: %v, %v", got, err)
	}
}

func TestKeysTellTransitionsApart(t *testing.T) {
	seen := map[string]bool{}
	for _, incident := range []string{
		Incident("a", "x", 1, 0), Incident("a", "x", 2, 0), Incident("a", "x", 1, 1), Incident("a", "y", 1, 0), Incident("b", "x", 1, 0),
	} {
		for _, s := range States {
			for reminder := range int32(2) {
				seen[Key(incident, s, reminder)] = true
			}
		}
	}
	if len(seen) != 5*len(States)*2 {
		t.Errorf("%d keys, want %d", len(seen), 5*len(States)*2)
	}
}
