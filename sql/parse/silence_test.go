package parse

import (
	"fmt"
	"strings"
	"testing"
)

func TestAlerts(t *testing.T) {
	text := `CREATE OR REPLACE ALERT a WITH (for = '1 minute', to = 'slack') AS SELECT 1; DROP ALERT IF EXISTS a; SHOW ALERTS; EXPLAIN CREATE ALERT b AS FROM v;
ALTER ALERT a PAUSE; ALTER ALERT a SILENCE FOR '2 hours'; ALTER ALERT a SILENCE UNTIL '2026-01-01' WHERE instance = ';' OR (true); ALTER ALERT a UNSILENCE`
	got, err := Statements(text)
	if err != nil || len(got) != 8 {
		t.Fatal(err, len(got))
	}
	a := got[0].(CreateView)
	if !a.Alert || !a.Replace || a.Kind() != Alert || a.Name != "a" || a.With["for"].Text != "1 minute" || a.Select.Of(text) != "SELECT 1" {
		t.Errorf("%+v", a)
	}
	if d := got[1].(Drop); d.Kind != Alert || !d.IfExists {
		t.Errorf("%+v", d)
	}
	if s := got[2].(Show); s.What != "ALERTS" {
		t.Errorf("%+v", s)
	}
	if e := got[3].(Explain); !e.View.Alert || e.View.Name != "b" {
		t.Errorf("%+v", e)
	}
	if p := got[4].(Alter); p.Kind != Alert || !p.Pause || p.Silence != nil {
		t.Errorf("%+v", p)
	}
	told := ""
	for _, s := range got[5:] {
		x := s.(Alter).Silence
		told += fmt.Sprintf("%t|%s|%s|%s; ", x.End, x.For, x.Until, x.Where.Of(text))
	}
	if want := "false|2 hours||; false||2026-01-01|instance = ';' OR (true); true|||; "; told != want {
		t.Errorf("%s, want %s", told, want)
	}
}

func TestAlertMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"CREATE ALERT":                            "the alert's name should follow",
		"CREATE ALERT a AS":                       "a SELECT should follow",
		"ALTER ALERT a":                           "PAUSE, RESUME, SILENCE or UNSILENCE should follow",
		"ALTER ALERT a SILENCE":                   "FOR 'a duration' or UNTIL 'a time' should follow",
		"ALTER ALERT a SILENCE FOR 2":             `found "2" where a duration such as '2 hours' should stand`,
		"ALTER ALERT a SILENCE UNTIL x":           "a time such as '2026-01-31 18:00'",
		"ALTER ALERT a SILENCE FOR '1 h' WHERE":   "a condition should follow",
		"ALTER ALERT a UNSILENCE WHERE x":         "a semicolon",
		"ALTER MATERIALIZED VIEW a SILENCE FOR x": "PAUSE or RESUME",
	} {
		if _, err := Statements(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got %v\nwant %s", text, err, want)
		}
	}
}
