package pipelinetest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/alerting"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/catalog"
	"github.com/weirdb/weir/sql/parse"
)

// target is what an EXPECT looks at, as a SELECT.
type target struct {
	text   string
	before int  // bytes of ours before the file's own text
	part   span // the file's own text; empty if there is none
	prefix bool // rows may have its first columns only
}

// expect commits, and compares what there is with what the file expects. A difference is told, and the file goes on.
func (f *run) expect(e expect) error {
	if err := f.h.commit(); err != nil {
		return err
	}
	t, err := f.target(e)
	if err != nil {
		return err
	}
	diff, err := f.diff(e, t)
	if err != nil {
		return err
	}
	if len(diff) == 0 {
		f.result.Passed++
		return nil
	}
	f.result.Failed++
	line, _ := parse.Errorf(f.text, e.Start, "").Place()
	fmt.Fprintf(f.to, "%s:%d: %s\n", f.path, line, f.headline(e))
	for _, d := range diff {
		fmt.Fprintf(f.to, "  %s\n", d)
	}
	return nil
}

// headline is the beginning of an EXPECT, up to its rows.
func (f *run) headline(e expect) string {
	end := e.End
	if e.rows != (span{}) {
		end = e.rows.Start
	}
	text := strings.Join(strings.Fields(f.text[e.Start:end]), " ")
	if e.rows != (span{}) {
		text += " (…)"
	}
	return text
}

// target finds what is looked at. A view that has failed has no rows to compare.
func (f *run) target(e expect) (target, error) {
	defined := f.h.node.Catalog()
	switch e.what {
	case ofQuery:
		return target{text: e.query.Of(f.text), part: e.query}, nil
	case ofLetters:
		s := defined.Source(e.name)
		if s == nil {
			return target{}, parse.Errorf(f.text, e.namePos, "there is no source %s", e.name)
		}
		return target{prefix: true, text: `SELECT coalesce(TRY(decode(value)), value::VARCHAR) AS value, reason, "partition", "offset"
			FROM weir.dead_letters WHERE source = ` + types.QuoteString(s.Name)}, nil
	}
	v := defined.View(e.name)
	if v == nil || e.what == ofAlert && v.Alert == nil {
		return target{}, parse.Errorf(f.text, e.namePos, "there is no %s %s", kindOf(e), e.name)
	}
	for _, q := range f.h.node.Status().Queries {
		if q.View == v.Name && q.Error != "" {
			return target{}, errors.New("view " + v.Name + " has failed: " + q.Error)
		}
	}
	if e.what == ofAlert {
		return target{prefix: true, text: alertTransitions(v)}, nil
	}
	if e.what == ofLate {
		return target{prefix: true, text: `SELECT event_time, watermark, "partition", row FROM weir.late_rows WHERE view = ` + types.QuoteString(v.Name)}, nil
	}
	return target{text: "SELECT * FROM " + types.QuoteIdent(v.Name)}, nil
}

// kindOf is what an EXPECT names.
func kindOf(e expect) string {
	if e.what == ofAlert {
		return "alert"
	}
	return "view"
}

// alertTransitions are an alert's transitions with what a test is about first. Without the identity, which no test can know.
func alertTransitions(v *catalog.View) string {
	columns := []string{"instance", "state", `"at"`, "since", "summary", "severity", "reminder", "description"}
	for _, f := range v.Columns[len(alerting.Columns):] {
		columns = append(columns, types.QuoteIdent(f.Name))
	}
	return "SELECT " + strings.Join(columns, ", ") + " FROM " + types.QuoteIdent(v.Name)
}

// diff is what differs, a line for each row: - was expected and is not there, + is there and was not expected.
func (f *run) diff(e expect, t target) ([]string, error) {
	columns, err := f.columns(t)
	if err != nil {
		return nil, err
	}
	if e.counted {
		return f.diffCount(e, t)
	}
	want, err := f.want(e, t, columns)
	if err != nil {
		return nil, err
	}
	got := t.text
	if want.width < len(columns) {
		got = fmt.Sprintf("SELECT %s FROM (%s\n)", names(columns[:want.width]), t.text)
	}
	if e.ordered {
		return f.diffOrdered(got, want.text)
	}
	missing, err := f.h.texts(except(want.text, got))
	if err != nil {
		return nil, f.blame(err, -1, span{}, e.Start)
	}
	extra, err := f.h.texts(except(got, want.text))
	if err != nil {
		return nil, f.blame(err, -1, span{}, e.Start)
	}
	return append(lines("-", missing), lines("+", extra)...), nil
}

func (f *run) diffCount(e expect, t target) ([]string, error) {
	rows, err := f.h.texts("SELECT COLUMNS(*)::VARCHAR FROM (" + t.text + "\n) ORDER BY ALL")
	if err != nil || int64(len(rows)) == e.count {
		return nil, err
	}
	return append([]string{fmt.Sprintf("expected are %d rows, there are %d:", e.count, len(rows))}, lines("+", rows)...), nil
}

// except is the rows of one SELECT that another has not, or fewer times, as text.
func except(a, b string) string {
	return fmt.Sprintf("SELECT COLUMNS(*)::VARCHAR FROM ((FROM (%s\n)) EXCEPT ALL (FROM (%s\n)) ORDER BY ALL)", a, b)
}

// diffOrdered compares rows in their order: DuckDB says whether they are the same, row by row.
func (f *run) diffOrdered(got, want string) ([]string, error) {
	number := func(text string) string {
		return "SELECT row_number() OVER () AS weir_n, * FROM (" + text + "\n)"
	}
	for _, query := range []string{except(number(got), number(want)), except(number(want), number(got))} {
		rows, err := f.h.texts(query)
		if err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			return f.diffTexts(got, want)
		}
	}
	return nil, nil
}

func (f *run) diffTexts(got, want string) ([]string, error) {
	print := func(text string) ([]string, error) {
		rows, err := f.h.texts("SELECT COLUMNS(*)::VARCHAR FROM (" + text + "\n)")
		return lines("", rows), err
	}
	a, err := print(want)
	if err != nil {
		return nil, err
	}
	b, err := print(got)
	if err != nil {
		return nil, err
	}
	return lineDiff(a, b), nil
}

// columns are those of a target.
func (f *run) columns(t target) ([]types.Field, error) {
	rows, err := f.h.query(t.text)
	if err != nil {
		return nil, f.blame(err, t.before, t.part, t.part.Start)
	}
	defer rows.Release()
	return rows.Columns(), nil
}

// wanted is a SELECT of the rows that are expected, in the target's types.
type wanted struct {
	text  string
	width int
}

func (f *run) want(e expect, t target, columns []types.Field) (wanted, error) {
	if e.rows == (span{}) {
		return wanted{"SELECT * FROM (" + t.text + "\n) WHERE false", len(columns)}, nil
	}
	values := "(VALUES " + e.rows.Of(f.text) + "\n)"
	n, err := f.h.width("FROM " + values)
	if err != nil {
		return wanted{}, f.blame(err, len("FROM (VALUES "), e.rows, e.rows.Start)
	}
	if n != len(columns) && (!t.prefix || n > len(columns)) {
		return wanted{}, parse.Errorf(f.text, e.rows.Start, "the rows have %d values, but there are %d columns: %s", n, len(columns), names(columns))
	}
	casts, aliases := make([]string, n), make([]string, n)
	for i := range n {
		aliases[i] = fmt.Sprintf("c%d", i)
		casts[i] = fmt.Sprintf("CAST(c%d AS %s) AS %s", i, columns[i].Type, types.QuoteIdent(columns[i].Name))
	}
	text := fmt.Sprintf("SELECT %s FROM %s AS weir_want(%s)", strings.Join(casts, ", "), values, strings.Join(aliases, ", "))
	if _, err := f.h.width(text); err != nil {
		return wanted{}, f.blame(err, -1, span{}, e.rows.Start)
	}
	return wanted{text, n}, nil
}

func names(columns []types.Field) string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = types.QuoteIdent(c.Name)
	}
	return strings.Join(out, ", ")
}
