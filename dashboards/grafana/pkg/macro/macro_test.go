package macro

import (
	"errors"
	"strings"
	"testing"
	"time"
)

var testContext = Context{
	From:     time.Date(2026, 3, 1, 10, 0, 0, 123456789, time.UTC),
	To:       time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("CET", 3600)),
	Interval: 30 * time.Second,
	Filters: []Filter{
		{Key: "country", Operator: "=", Value: "O'Hara"},
		{Key: "revenue.n", Operator: ">", Value: "5"},
		{Key: "other.x", Operator: "=~", Value: "^a"},
		{Key: `we"ird`, Operator: "!=|", Values: []string{"a", "b"}},
	},
}

const (
	from = "TIMESTAMP '2026-03-01 10:00:00.123456'"
	to   = "TIMESTAMP '2026-03-01 11:00:00.000000'"
)

func TestExpand(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"SELECT 1", "SELECT 1"},
		{"WHERE $__timeFilter(ts)", "WHERE (ts >= " + from + " AND ts <= " + to + ")"},
		{"WHERE NOT $__timeFilter( t.\"when\" )", "WHERE NOT (t.\"when\" >= " + from + " AND t.\"when\" <= " + to + ")"},
		{"$__timeFilter (coalesce(a, f(b, 'x)')))", "(coalesce(a, f(b, 'x)')) >= " + from + " AND coalesce(a, f(b, 'x)')) <= " + to + ")"},
		{"$__timeFrom AND $__timeTo", from + " AND " + to},
		{"$__timeFrom() AND $__timeTo( )", from + " AND " + to},
		{"$__timeFrom(ts) AND $__timeTo(ts)", "(ts >= " + from + ") AND (ts <= " + to + ")"},
		{"time_bucket($__interval, ts)", "time_bucket(INTERVAL '30 seconds', ts)"},
		{"INTERVAL '$__interval'", "INTERVAL '30 seconds'"},
		{"$__interval_ms + 1", "30000 + 1"},
		{"$__timeGroup(ts, $__interval)", "time_bucket(INTERVAL '30 seconds', ts)"},
		{"$__timeGroup(ts, '5m')", "time_bucket(INTERVAL '5 minutes', ts)"},
		{"$__timeGroup(ts, 5m)", "time_bucket(INTERVAL '5 minutes', ts)"},
		{"$__timeGroup(ts, INTERVAL '1 hour')", "time_bucket(INTERVAL '1 hours', ts)"},
		{"$__timeGroup(ts, INTERVAL 90 SECONDS)", "time_bucket(INTERVAL '90 seconds', ts)"},
		{"$__timeGroup(ts, '1M')", "time_bucket(INTERVAL '1 months', ts)"},
		{"$__timeGroup(ts, '2 years')", "time_bucket(INTERVAL '24 months', ts)"},
		{"$__timeGroup(ts, '1500us')", "time_bucket(INTERVAL '1500 microseconds', ts)"},
		{"$__timeGroupAlias(date_trunc('day', $__timeFrom), '1d', 0)", "time_bucket(INTERVAL '1 days', date_trunc('day', " + from + `)) AS "time"`},
		{"$__adhocFilters(revenue)", `("country" = 'O''Hara' AND "n" > '5' AND "we""ird" NOT IN ('a', 'b'))`},
		{"$__adhocFilters", `("country" = 'O''Hara' AND "n" > '5' AND regexp_matches("x"::VARCHAR, '^a') AND "we""ird" NOT IN ('a', 'b'))`},
		{"$__conditionalAll(c IN ('a','b'), 'a','b')", "(c IN ('a','b'))"},
		{"$__conditionalAll(c IN ($__all), $__all)", "true"},
		{"$__conditionalAll(c IN ('$__all'), '$__all')", "true"},
		// What is not code stays as it is.
		{"SELECT '$__timeFilter(x)', \"$__timeFrom\", 'it''s $__timeTo'", "SELECT '$__timeFilter(x)', \"$__timeFrom\", 'it''s $__timeTo'"},
		{"-- $__timeFrom\n1 /* $__timeTo /* $__nix */ $__nix */", "-- $__timeFrom\n1 /* $__timeTo /* $__nix */ $__nix */"},
		{"$$ $__timeFrom $$ $q$ $__nix $q$ E'\\'$__timeTo'", "$$ $__timeFrom $$ $q$ $__nix $q$ E'\\'$__timeTo'"},
		{"SELECT $1, 'open $__timeFrom", "SELECT $1, 'open $__timeFrom"},
		{"SELECT 'ü' || $__interval_ms", "SELECT 'ü' || 30000"},
	} {
		got, err := Expand(c.in, testContext)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
		} else if got.SQL != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.in, got.SQL, c.want)
		}
	}
}

func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		in, message string
		position    int
	}{
		{"SELECT 'ü', $__timeFliter(ts)", "there is no such macro; there are $__timeFilter", 12},
		{"$__timeFilter", "it takes 1 argument, not 0", 0},
		{"$__timeFilter(a, b)", "it takes 1 argument, not 2", 0},
		{"x $__timeFilter((a)", "not closed", 2},
		{"$__timeGroup(ts)", "it takes 2 or 3 arguments, not 1", 0},
		{"$__timeGroup(ts, '5 parsecs')", "the interval '5 parsecs' must be one such as", 0},
		{"$__timeGroup(ts, '0s')", "must be one such as", 0},
		{"$__timeGroup(ts, '5m', often)", "must be NULL, previous or a number", 0},
		{"$__timeFilter(f($__nix))", "$__nix: there is no such macro", 16},
	} {
		_, err := Expand(c.in, testContext)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(e.Message, c.message) || e.Position != c.position {
			t.Errorf("%s: %v (%+v), want %q at %d", c.in, err, e, c.message, c.position)
		}
	}
	_, err := Expand("$__adhocFilters", Context{Filters: []Filter{{Key: "a", Operator: "like"}}})
	if err == nil || !strings.Contains(err.Error(), `operator "like"; there are =`) {
		t.Error(err)
	}
}

// A place in the expanded statement leads to the same character of the typed one, or to the macro that wrote it.
func TestTyped(t *testing.T) {
	typed := "SELECT 'ü' FROM v WHERE $__timeFilter(ts) AND nix = 1"
	s, err := Expand(typed, testContext)
	if err != nil {
		t.Fatal(err)
	}
	out := []rune(s.SQL)
	at := strings.Index(string(out), "nix")
	if got := s.Typed(len([]rune(s.SQL[:at]))); got != len([]rune(typed[:strings.Index(typed, "nix")])) {
		t.Errorf("nix is at %d", got)
	}
	if got := s.Typed(len([]rune(s.SQL[:strings.Index(s.SQL, "AND ts <=")]))); got != len([]rune(typed[:strings.Index(typed, "$__")])) {
		t.Errorf("the macro is at %d", got)
	}
	if line, column := Place("a\nüb c", 5); line != 2 || column != 4 {
		t.Errorf("line %d, column %d", line, column)
	}
}

func TestFillStarts(t *testing.T) {
	at := time.Date(2026, 3, 5, 13, 7, 9, 5000, time.UTC)
	for _, c := range []struct{ interval, start, next string }{
		{"5m", "2026-03-05T13:05:00", "2026-03-05T13:10:00"},
		{"1w", "2026-03-02T00:00:00", "2026-03-09T00:00:00"},
		{"1M", "2026-03-01T00:00:00", "2026-04-01T00:00:00"},
		{"1 quarter", "2026-01-01T00:00:00", "2026-04-01T00:00:00"},
		{"7h", "2026-03-05T12:00:00", "2026-03-05T19:00:00"},
	} {
		s, err := Expand("$__timeGroup(ts, '"+c.interval+"', previous)", testContext)
		if err != nil {
			t.Fatal(err)
		}
		start := s.Fill.Start(at)
		if got := start.Format("2006-01-02T15:04:05"); got != c.start {
			t.Errorf("%s: starts at %s, want %s", c.interval, got, c.start)
		}
		if got := s.Fill.Next(start).Format("2006-01-02T15:04:05"); got != c.next {
			t.Errorf("%s: goes on at %s, want %s", c.interval, got, c.next)
		}
		if s.Fill.Mode != FillPrevious {
			t.Errorf("%s: fills with %d", c.interval, s.Fill.Mode)
		}
	}
	before := time.Date(1999, 12, 31, 23, 0, 0, 0, time.UTC)
	s, _ := Expand("$__timeGroup(ts, '1M', 1)", testContext)
	if got := s.Fill.Start(before); got.Month() != time.December || got.Year() != 1999 {
		t.Error(got)
	}
}

// Whatever is typed, nothing is lost or reordered by the lexer, and nothing panics.
func FuzzExpand(f *testing.F) {
	for _, s := range []string{"SELECT $__timeFilter(a)", "'a''b' \"c\" $$x$$ /* /* */ */ -- y", "$__timeGroup(a,(b),[c])", "E'\\'' $a$ $b$ $a$"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var all strings.Builder
		for _, tok := range lex(s) {
			if len(tok.text) == 0 {
				t.Fatal("an empty token")
			}
			all.WriteString(tok.text)
		}
		if all.String() != s {
			t.Fatalf("%q became %q", s, all.String())
		}
		if out, err := Expand(s, testContext); err == nil && !strings.Contains(s, "$__") && out.SQL != s {
			t.Fatalf("%q became %q", s, out.SQL)
		}
	})
}

// The examples of all macros expand: they are shown as help.
func TestExamples(t *testing.T) {
	for _, m := range All() {
		if m.Description == "" || !strings.Contains(m.Example, m.Name) {
			t.Errorf("%s has no help, or an example without it", m.Name)
		}
		example := strings.ReplaceAll(m.Example, "$country", "'CH'")
		if _, err := Expand(example, testContext); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
	}
}
