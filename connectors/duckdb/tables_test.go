package duckdb

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

var bigint, varchar = types.Of(types.BigInt), types.Of(types.Varchar)

func TestQueryGivesEveryTypeInItsLayout(t *testing.T) {
	sql, columns := sampleTable()
	rows := rowsOf(t, testSession(t), "FROM "+sql)
	e := testEvaluator(t)
	for range 2 {
		out, err := e.Query("SELECT * FROM in0", []engine.Table{{Columns: typesOf(columns), Rows: rows}}, typesOf(columns))
		check(t, err)
		for i, c := range columns {
			if !arrow.TypeEqual(out.Column(i).DataType(), c.Type.Arrow()) {
				t.Errorf("%s comes as %s, want %s", c.Type, out.Column(i).DataType(), c.Type.Arrow())
			}
		}
		sameRows(t, out, rows)
		out.Release()
	}
	part := rows.NewSlice(1, rows.NumRows())
	defer part.Release()
	out, err := e.Query("FROM in0", []engine.Table{{Columns: typesOf(columns), Rows: part}}, typesOf(columns))
	check(t, err)
	sameRows(t, out, part)
	out.Release()
}

func TestQueryKnowsTheTypesOfItsTables(t *testing.T) {
	rows := rowsOf(t, testSession(t), "SELECT 5::HUGEINT, '[1, 2]'::JSON, uuid(), {'u': uuid()}")
	in := []types.Type{types.Of(types.HugeInt), types.Of(types.JSON), types.Of(types.UUID),
		types.StructOf(types.Field{Name: "u", Type: types.Of(types.UUID)})}
	out, err := testEvaluator(t).Query("SELECT typeof(c0), typeof(c1), typeof(c2), typeof(c3), c1->1, 1, NULL FROM in0",
		[]engine.Table{{Columns: in, Rows: rows}}, []types.Type{varchar, varchar, varchar, varchar, varchar, types.DecimalOf(5, 2), {}})
	check(t, err)
	defer out.Release()
	for i, want := range []string{"HUGEINT", "JSON", "UUID", "STRUCT(u UUID)", "2", "1", "(null)"} {
		if got := out.Column(i).ValueStr(0); got != want {
			t.Errorf("column %d is %s, want %s", i, got, want)
		}
	}
}

// over runs a SELECT over two tables of numbers and prints its rows.
func over(t *testing.T, e *Evaluator, sql string, left, right arrow.RecordBatch, result ...types.Type) string {
	t.Helper()
	two := []types.Type{bigint, bigint}
	out, err := e.Query(sql, []engine.Table{{Columns: two, Rows: left}, {Columns: two, Rows: right}}, result)
	check(t, err)
	defer out.Release()
	var lines []string
	for r := range int(out.NumRows()) {
		var cells []string
		for _, c := range out.Columns() {
			cells = append(cells, c.ValueStr(r))
		}
		lines = append(lines, strings.Join(cells, " "))
	}
	return strings.Join(lines, ", ")
}

func TestQueryOverSeveralTables(t *testing.T) {
	s := testSession(t)
	left := rowsOf(t, s, "SELECT i AS a, i % 3 AS b FROM range(10) t(i)")
	right := rowsOf(t, s, "SELECT i AS a, NULL::BIGINT AS b FROM range(3, 7) t(i)")
	none := left.NewSlice(4, 4)
	defer none.Release()
	e := testEvaluator(t)
	for _, c := range []struct{ sql, want string }{
		{"SELECT c0, c1 FROM in0 WHERE c0 > 7", "8 2, 9 0"}, // a filter
		{"SELECT c1, c0 FROM in0 WHERE c0 IN (1, 2) LIMIT 1", "1 1"},
		{"SELECT count(*), count(c1) FROM in1", "4 0"},
		{"SELECT a.c0, b.c0 FROM in0 a JOIN in0 b ON a.c0 = b.c0 + 8", "8 0, 9 1"}, // one table twice
		{"SELECT max(c0), (SELECT count(*) FROM in0 i WHERE i.c0 IN (FROM in1 SELECT c0)) FROM in0", "9 4"},
		{"WITH x AS (FROM in0 WHERE c0 < 2) SELECT x.c0, in1.c1 FROM x LEFT JOIN in1 USING (c0) ORDER BY 1", "0 (null), 1 (null)"},
		{"SELECT 1, 2 -- no table", "1 2"},
		{"FROM in0 SELECT 1::UHUGEINT, '2'::ENUM('2') WHERE c0 = 0", "1 2"}, // Weir has no such types, but the result has
		{"SELECT 1, 2 WHERE false", ""},
		{"SELECT c1, row_number() OVER (PARTITION BY c1 ORDER BY c0) FROM in0 QUALIFY row_number() OVER (PARTITION BY c1 ORDER BY c0) > 3", "0 4"},
		{"(SELECT c0, 1 FROM in0 EXCEPT ALL SELECT c0, 1 FROM in1) ORDER BY 1 DESC LIMIT 2", "9 1, 8 1"},
	} {
		for range 2 {
			if got := over(t, e, c.sql, left, right, bigint, bigint); got != c.want {
				t.Errorf("%s: %s, want %s", c.sql, got, c.want)
			}
		}
	}
	if got := over(t, e, "SELECT count(*) FROM in0", none, right, bigint); got != "0" {
		t.Errorf("without rows: %s", got)
	}
	if got := over(t, e, "FROM in0 JOIN in1 USING (c0) SELECT c0", none, right, bigint); got != "" {
		t.Errorf("a join without rows: %s", got)
	}
}

func TestQueryKeepsTheOrderOfRows(t *testing.T) {
	rows := rowsOf(t, testSession(t), "SELECT hash(i)::HUGEINT::VARCHAR AS a FROM range(150000) t(i)")
	tables := []engine.Table{{Columns: []types.Type{varchar}, Rows: rows}}
	out, err := testEvaluator(t).Query("FROM in0", tables, []types.Type{varchar})
	check(t, err)
	defer out.Release()
	if !array.Equal(out.Column(0), rows.Column(0)) {
		t.Error("the rows come in another order")
	}
}

func TestQueryOverTablesWithoutColumns(t *testing.T) {
	empty := array.NewRecordBatch(arrow.NewSchema(nil, nil), nil, 3)
	out, err := testEvaluator(t).Query("SELECT count(*) FROM in0, in0 b", []engine.Table{{Rows: empty}}, []types.Type{bigint})
	check(t, err)
	defer out.Release()
	if got := out.Column(0).ValueStr(0); got != "9" {
		t.Errorf("%s rows, want 9", got)
	}
}

func TestQueryErrors(t *testing.T) {
	rows := rowsOf(t, testSession(t), "SELECT 'x' AS a")
	e := testEvaluator(t)
	tables := []engine.Table{{Columns: []types.Type{varchar}, Rows: rows}}
	for sql, want := range map[string]string{
		"SELECT c0::INTEGER FROM in0":             "Conversion Error: Could not convert string 'x' to INT32",
		"SELECT c0 FROM in0":                      "Conversion Error: Could not convert string 'x' to INT64",
		"SELECT c9 FROM in0":                      "Binder Error",
		"SELECT c0 FROM in1":                      "Catalog Error",
		"SELECT 1 +":                              "Parser Error",
		"SELECT c0, c0 FROM in0":                  "2 columns, not 1",
		"SELECT content FROM read_text('/etc/p')": "disabled",
	} {
		_, err := e.Query(sql, tables, []types.Type{bigint})
		var duck *Error
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(want, "Error") && !errors.As(err, &duck) {
			t.Errorf("%s: %v, want %s", sql, err, want)
		}
		ok, err := e.Query("SELECT length(c0) FROM in0", tables, []types.Type{bigint})
		check(t, err)
		ok.Release()
	}
	if _, err := e.Query("FROM in0", []engine.Table{{Rows: rows}}, nil); err == nil {
		t.Error("types are missing")
	}
}

func TestQueryOverMoreThanTheMemory(t *testing.T) {
	rows := rowsOf(t, testSession(t), "SELECT i AS a, hash(i) || hash(i + 1)::VARCHAR || hash(i + 2) AS b FROM range(600000) t(i)")
	e, err := NewEvaluatorWith(EvaluatorOptions{MemoryLimit: "48MB", TempDirectory: t.TempDir()})
	check(t, err)
	defer e.Close()
	out, err := e.Query("SELECT max(r) FROM (SELECT row_number() OVER (ORDER BY c1) AS r FROM in0)",
		[]engine.Table{{Columns: []types.Type{bigint, varchar}, Rows: rows}}, []types.Type{bigint})
	check(t, err)
	defer out.Release()
	if got := out.Column(0).ValueStr(0); got != "600000" {
		t.Errorf("%s rows", got)
	}
}

func TestQueryLeaksNothing(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	rows := rowsOf(t, testSession(t), "SELECT i AS a, 'text' || i AS b FROM range(5000) t(i)")
	e, err := NewEvaluatorWith(EvaluatorOptions{Allocator: mem})
	check(t, err)
	tables := []engine.Table{{Columns: []types.Type{bigint, varchar}, Rows: rows}}
	for i := range maxEvaluations + 10 {
		out, err := e.Query(fmt.Sprintf("SELECT c0 + %d, c1 FROM in0", i%300), tables, []types.Type{bigint, varchar})
		check(t, err)
		out.Release()
		if len(e.queries) > maxEvaluations {
			t.Fatalf("%d plans are kept", len(e.queries))
		}
	}
	check(t, e.Close())
	mem.AssertSize(t, 0)
}

// BenchmarkQuery measures one call.
func BenchmarkQuery(b *testing.B) {
	e := testEvaluator(b)
	for _, n := range []int{1, 100000} {
		rows := rowsOf(b, testSession(b), fmt.Sprintf("SELECT i AS a, 'some text ' || i AS b FROM range(%d) t(i)", n))
		tables := []engine.Table{{Columns: []types.Type{bigint, varchar}, Rows: rows}}
		for name, sql := range map[string]string{"identity": "FROM in0", "over": "SELECT row_number() OVER (PARTITION BY c0 % 1000 ORDER BY c1), c1 FROM in0"} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					out, err := e.Query(sql, tables, []types.Type{bigint, varchar})
					check(b, err)
					out.Release()
				}
			})
		}
	}
}
