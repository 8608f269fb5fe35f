package parse

import (
	"fmt"
	"strings"
	"testing"
)

func TestComment(t *testing.T) {
	text := `COMMENT ON VIEW hot IS 'it''s hot'; COMMENT ON MATERIALIZED VIEW hot IS NULL; COMMENT ON COLUMN "h o t"."n m" IS 'x'; COMMENT ON TABLE fees IS 'y'`
	got, err := Statements(text)
	if err != nil {
		t.Fatal(err)
	}
	told := ""
	for _, s := range got[:3] {
		c := s.(Comment)
		told += fmt.Sprintf("%s|%s|%s; ", c.Name, c.Column, c.Text)
	}
	if want := "hot||it's hot; hot||; h o t|n m|x; "; told != want {
		t.Errorf("%s instead of %s", told, want)
	}
	if table := got[3].(ChangeTable); table.Name != "fees" {
		t.Errorf("a comment on a table: %+v", table)
	}
	for text, want := range map[string]string{
		"COMMENT ON SOURCE s IS 'x'":   `found "SOURCE" where VIEW, COLUMN or TABLE should stand`,
		"COMMENT ON COLUMN v IS 'x'":   `found "IS" where . should stand`,
		"COMMENT ON VIEW v IS x":       `found "x" where 'a comment' or NULL should stand`,
		"COMMENT ON COLUMN v.c.d IS 1": `found "." where IS should stand`,
	} {
		if _, err := Statements(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
