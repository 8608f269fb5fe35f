package duckdb

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/types"
)

func testEvaluator(t testing.TB) *Evaluator {
	t.Helper()
	e, err := NewEvaluator()
	check(t, err)
	t.Cleanup(func() { check(t, e.Close()) })
	return e
}

func typesOf(columns []types.Field) []types.Type {
	out := make([]types.Type, len(columns))
	for i, c := range columns {
		out[i] = c.Type
	}
	return out
}

// sameRows compares two batches as text, which tells -0.0 from 0.0 and calls NaN equal to itself.
func sameRows(t testing.TB, got, want arrow.RecordBatch) {
	t.Helper()
	if got.NumRows() != want.NumRows() || got.NumCols() != want.NumCols() {
		t.Fatalf("%d rows of %d columns, want %d of %d", got.NumRows(), got.NumCols(), want.NumRows(), want.NumCols())
	}
	for i := range got.Columns() {
		if !arrow.TypeEqual(got.Column(i).DataType(), want.Column(i).DataType()) {
			t.Errorf("column %d is %s, want %s", i, got.Column(i).DataType(), want.Column(i).DataType())
		}
		for r := range int(got.NumRows()) {
			if g, w := cell(got.Column(i), r), cell(want.Column(i), r); g != w {
				t.Errorf("column %d row %d (%s): %s, want %s", i, r, got.Column(i).DataType(), g, w)
			}
		}
	}
}

// cell prints a value exactly: Arrow's own text of a decimal past 38 digits is rounded.
func cell(a arrow.Array, r int) string {
	if d, ok := a.(*array.Decimal128); ok && d.IsValid(r) {
		return d.Value(r).BigInt().String()
	}
	return fmt.Sprintf("%v", a.GetOneForMarshal(r)) + "/" + a.ValueStr(r)
}

func TestEvalGivesEveryTypeInItsLayout(t *testing.T) {
	sql, columns := sampleTable()
	rows := rowsOf(t, testSession(t), "FROM "+sql)
	e := testEvaluator(t)
	var exprs []string
	for i := range columns {
		exprs = append(exprs, fmt.Sprintf("c%d", i))
	}
	out, err := e.EvalTypes(exprs, typesOf(columns), nil, rows)
	check(t, err)
	defer out.Release()
	for i, c := range columns {
		if !arrow.TypeEqual(out.Column(i).DataType(), c.Type.Arrow()) {
			t.Errorf("%s comes as %s, want %s", c.Type, out.Column(i).DataType(), c.Type.Arrow())
		}
	}
	sameRows(t, out, rows)
}

func TestEvalKeepsTypesOfCallers(t *testing.T) {
	rows := rowsOf(t, testSession(t), "SELECT 5::HUGEINT, '[1, 2]'::JSON, uuid()")
	e := testEvaluator(t)
	in := []types.Type{types.Of(types.HugeInt), types.Of(types.JSON), types.Of(types.UUID)}
	out, err := e.EvalTypes([]string{"typeof(c0)", "typeof(c1)", "typeof(c2)", "c1->1", "1"}, in,
		[]types.Type{{}, {}, {}, {}, types.DecimalOf(5, 2)}, rows)
	check(t, err)
	defer out.Release()
	for i, want := range []string{"HUGEINT", "JSON", "UUID", "2", "1"} {
		if got := out.Column(i).ValueStr(0); got != want {
			t.Errorf("expression %d gives %s, want %s", i, got, want)
		}
	}
}

func TestEvalOnAnyNumberOfRows(t *testing.T) {
	all := rowsOf(t, testSession(t), `SELECT i::BIGINT AS a, {'x': i, 'f': i % 3 = 0, 'l': ['v' || i, NULL]} AS b,
		[{'y': i, 'z': i % 2 = 0}] AS c, i % 5 = 0 AS d, MAP {i: i % 7 = 0} AS m FROM range(7000) t(i)`)
	e := testEvaluator(t)
	for _, cut := range [][2]int64{{0, 0}, {0, 1}, {3, 5}, {1, 2049}, {17, 6901}, {0, 7000}, {6999, 7000}, {7000, 7000}} {
		rows := all.NewSlice(cut[0], cut[1])
		out, err := e.Eval([]string{"c0 + 1", "c1", "c2", "c3", "c4", "{'a': NULL}", "NULL", "c1.l[1] || c1.f || c2[1].z || c4[c0]"},
			rows.Schema(), rows)
		check(t, err)
		if out.NumRows() != rows.NumRows() {
			t.Fatalf("%d rows from %v", out.NumRows(), cut)
		}
		for i := range 4 {
			if got, want := fmt.Sprint(out.Column(i+1)), fmt.Sprint(rows.Column(i+1)); got != want {
				t.Errorf("%v: column %d differs", cut, i+1)
			}
		}
		for r := range int(rows.NumRows()) {
			i := cut[0] + int64(r)
			want := fmt.Sprintf("v%d%t%t%t", i, i%3 == 0, i%2 == 0, i%7 == 0)
			if got := out.Column(7).ValueStr(r); got != want || out.Column(0).(*array.Int64).Value(r) != i+1 {
				t.Fatalf("%v row %d: %s, want %s", cut, r, got, want)
			}
		}
		if dt := out.Column(6).DataType(); dt.ID() != arrow.INT32 {
			t.Errorf("NULL comes as %s, DuckDB calls it INTEGER", dt)
		}
		out.Release()
		rows.Release()
	}
}

func TestEvalWithoutColumnsOrExpressions(t *testing.T) {
	e := testEvaluator(t)
	empty := array.NewRecordBatch(arrow.NewSchema(nil, nil), nil, 3)
	out, err := e.Eval([]string{"1 + 1"}, empty.Schema(), empty)
	check(t, err)
	if out.NumRows() != 3 || out.Column(0).ValueStr(2) != "2" {
		t.Errorf("constants over rows without columns: %v", out)
	}
	out.Release()
	out, err = e.Eval(nil, empty.Schema(), empty)
	check(t, err)
	if out.NumRows() != 3 || out.NumCols() != 0 {
		t.Errorf("no expressions: %v", out)
	}
	out.Release()
}

func TestEvalErrors(t *testing.T) {
	rows := rowsOf(t, testSession(t), "SELECT 'x' AS a UNION ALL SELECT '1'")
	e := testEvaluator(t)
	for expr, want := range map[string]string{
		"CAST(c0 AS INTEGER)": "Conversion Error: Could not convert string 'x' to INT32",
		"c9":                  "Binder Error",
		"1 +":                 "Parser Error: syntax error",
		"count(*)":            "only scalar expressions",
		"unnest([1,2])":       "only scalar expressions",
		"1::UHUGEINT":         "type UHUGEINT is not supported",
		"'a'::ENUM('a')":      "type ENUM is not supported",
		"'9223372036854775807 microseconds'::INTERVAL":        "is too long",
		"[{'a': to_microseconds(-9223372036854775807)}]":      "is too long",
		"(SELECT content FROM read_text('/etc/passwd'))":      "disabled",
		"(SELECT max(content) FROM read_text('/etc/passwd'))": "disabled",
	} {
		out, err := e.Eval([]string{expr}, rows.Schema(), rows)
		if err == nil {
			t.Errorf("%s gives %v", expr, out)
			continue
		}
		if !strings.Contains(err.Error(), want) || strings.HasPrefix(err.Error(), "{") {
			t.Errorf("%s: %v, want %s", expr, err, want)
		}
		var duck *Error
		if strings.HasPrefix(want, "Conversion") && (!errors.As(err, &duck) || duck.Kind != "Conversion") {
			t.Errorf("%s: no *Error in %#v", expr, err)
		}
		ok, err := e.Eval([]string{"c0 || 1"}, rows.Schema(), rows) // an error leaves the evaluator usable
		check(t, err)
		ok.Release()
	}
}

func TestEvalLeaksNothing(t *testing.T) {
	all := rowsOf(t, testSession(t), "SELECT i AS a, 'text' || i AS b, [{'s': i}] AS c FROM range(5000) t(i)")
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	e, err := NewEvaluatorWith(EvaluatorOptions{Allocator: mem})
	check(t, err)
	out, err := e.Eval([]string{"c0", "c1", "c2"}, all.Schema(), all)
	check(t, err)
	again, err := e.Eval([]string{"c0 + 1", "c1", "c2"}, out.Schema(), out)
	check(t, err)
	out.Release()
	check(t, e.Close())
	if got := again.Column(1).ValueStr(4999); got != "text4999" {
		t.Errorf("after Close: %s", got)
	}
	again.Release()
	mem.AssertSize(t, 0)
}

func TestEvaluatorForgetsOldPlans(t *testing.T) {
	rows := rowsOf(t, testSession(t), "SELECT 1 AS a")
	e := testEvaluator(t)
	for i := range maxEvaluations + 10 {
		out, err := e.Eval([]string{fmt.Sprintf("c0 + %d", i)}, rows.Schema(), rows)
		check(t, err)
		if got := out.Column(0).ValueStr(0); got != fmt.Sprint(i+1) {
			t.Fatalf("c0 + %d = %s", i, got)
		}
		out.Release()
	}
	if len(e.known) > maxEvaluations {
		t.Errorf("%d plans are kept", len(e.known))
	}
}

// BenchmarkEval measures one call for 8192 rows.
func BenchmarkEval(b *testing.B) {
	rows := rowsOf(b, testSession(b), "SELECT i AS a, 'some text ' || i AS b FROM range(8192) t(i)")
	e := testEvaluator(b)
	for name, exprs := range map[string][]string{"identity": {"c0"}, "add": {"c0 + 1", "c0 % 7"}, "text": {"regexp_replace(c1, '[0-9]+', 'n')"}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				out, err := e.Eval(exprs, rows.Schema(), rows)
				check(b, err)
				out.Release()
			}
		})
	}
}
