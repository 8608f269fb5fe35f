package live

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

// filter says whether a row of a view is one of a channel. A channel that adds rows computes it here, of the changes; so only conditions that
// mean here what they mean in DuckDB are taken: a column compared with a value by =, <> or IN, and several of these joined by AND.
type filter []comparison

// comparison compares a column with values.
type comparison struct {
	column int
	not    bool
	values []string // as bare text
	number bool     // compare as numbers
}

const (
	namePattern  = `("(?:[^"]|"")+"|[A-Za-z_][A-Za-z0-9_]*)`
	valuePattern = `('(?:[^']|'')*'|-?[0-9]+(?:\.[0-9]+)?|true|false)`
)

var (
	comparisonPattern = regexp.MustCompile(`(?i)^\s*` + namePattern + `\s*(=|<>|!=|IN|NOT\s+IN)\s*(` + valuePattern + `|\(\s*` + valuePattern + `(?:\s*,\s*` + valuePattern + `)*\s*\))`)
	andPattern        = regexp.MustCompile(`(?i)^AND\b`)
	alwaysPattern     = regexp.MustCompile(`(?i)^true\b`)
	eachValue         = regexp.MustCompile(`(?i)` + valuePattern)
)

// parseFilter reads a condition. Its error says that a stream cannot compute it.
func parseFilter(where string, view *weir.View) (filter, error) {
	if strings.TrimSpace(where) == "" {
		return nil, nil
	}
	r := &conditionReader{rest: where, view: view}
	for {
		r.skip("(", func() bool { r.depth++; return true })
		if err := r.term(); err != nil {
			return nil, err
		}
		r.skip(")", func() bool { r.depth--; return r.depth >= 0 })
		if r.rest == "" && r.depth == 0 {
			return r.found, nil
		}
		and := andPattern.FindString(r.rest)
		if and == "" {
			return nil, fmt.Errorf("a stream can only join conditions by AND, and not %q", r.rest)
		}
		r.rest = r.rest[len(and):]
	}
}

// conditionReader reads a condition from left to right. Parentheses mean nothing where all is joined by AND.
type conditionReader struct {
	rest  string
	view  *weir.View
	depth int // of parentheses that are open
	found filter
}

// skip passes over parentheses, as long as they may stand there.
func (r *conditionReader) skip(parenthesis string, may func() bool) {
	r.rest = strings.TrimSpace(r.rest)
	for strings.HasPrefix(r.rest, parenthesis) && may() {
		r.rest = strings.TrimSpace(r.rest[1:])
	}
}

// term reads a comparison, or the true that $__conditionalAll leaves of one.
func (r *conditionReader) term() error {
	if always := alwaysPattern.FindString(r.rest); always != "" {
		r.rest = r.rest[len(always):]
		return nil
	}
	m := comparisonPattern.FindStringSubmatch(r.rest)
	if m == nil {
		return fmt.Errorf("a stream can only compare columns with values, by = <> IN and AND, and not %q", r.rest)
	}
	c, err := compare(m[1], m[2], m[3], r.view)
	r.rest, r.found = r.rest[len(m[0]):], append(r.found, c)
	return err
}

func compare(name, operator, values string, view *weir.View) (comparison, error) {
	if name[0] == '"' {
		name = strings.ReplaceAll(name[1:len(name)-1], `""`, `"`)
	}
	at := slices.IndexFunc(view.Columns, func(c weir.Column) bool { return strings.EqualFold(c.Name, name) })
	if at < 0 {
		return comparison{}, fmt.Errorf("view %s has no column %s", view.Name, name)
	}
	kind := view.Columns[at].Type
	c := comparison{column: at, not: operator[0] == '<' || operator[0] == '!' || strings.EqualFold(operator[:1], "n")}
	switch {
	case kind == "VARCHAR" || kind == "UUID" || kind == "BOOLEAN" || strings.HasPrefix(kind, "ENUM"):
	case isNumber(kind):
		c.number = true
	default:
		return comparison{}, fmt.Errorf("a stream can compare strings, numbers and booleans, and not column %s of type %s", name, kind)
	}
	for _, v := range eachValue.FindAllString(values, -1) {
		if v[0] == '\'' {
			v = strings.ReplaceAll(v[1:len(v)-1], "''", "'")
		}
		c.values = append(c.values, v)
	}
	return c, nil
}

func isNumber(kind string) bool {
	for _, name := range []string{"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL"} {
		if strings.HasPrefix(strings.TrimPrefix(kind, "U"), name) {
			return true
		}
	}
	return false
}

// keeps says whether a row passes. As in SQL, a null does not.
func (f filter) keeps(r row) bool {
	for _, c := range f {
		text := string(r[c.column])
		if text == "null" {
			return false
		}
		var s string
		if json.Unmarshal(r[c.column], &s) == nil {
			text = s
		}
		if slices.ContainsFunc(c.values, func(v string) bool { return c.same(text, v) }) == c.not {
			return false
		}
	}
	return true
}

func (c comparison) same(a, b string) bool {
	if !c.number {
		return a == b
	}
	x, err := strconv.ParseFloat(a, 64)
	y, other := strconv.ParseFloat(b, 64)
	return err == nil && other == nil && x == y
}

// Follows reports whether a channel that adds rows can compute a condition.
func Follows(where string, view *weir.View) bool {
	_, err := parseFilter(where, view)
	return err == nil
}
