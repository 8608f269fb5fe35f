package join

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// testFields are the columns of both inputs.
var testFields = []types.Field{
	{Name: "i", Type: types.Of(types.BigInt)}, {Name: "k", Type: types.Of(types.Integer)}, {Name: "s", Type: types.Of(types.Varchar)},
	{Name: "d", Type: types.Of(types.Double)}, {Name: "v", Type: types.Of(types.BigInt)},
	{Name: "n", Type: types.StructOf(types.Field{Name: "a", Type: types.Of(types.Integer)}, types.Field{Name: "b", Type: types.ListOf(types.Of(types.Varchar))})},
	{Name: "h", Type: types.DecimalOf(20, 2)}, {Name: "b", Type: types.Of(types.Boolean)}, {Name: "ts", Type: types.Of(types.Timestamp)},
}

const (
	columnI = iota
	columnK
	columnS
	columnD
	columnV
	columnN
	columnH
	columnB
	columnTS
)

// createInputs makes tables l and r of so many rows. A row's i says which row it is; rows that are equal but for it are many.
// Times grow by about a second a row, in disorder of up to ten.
func createInputs(o *oracle, rows int, seed uint64) {
	for _, name := range []string{"l", "r"} {
		pick := func(column, list string) string {
			return fmt.Sprintf("(%s)[1 + (hash(x, '%s', '%s', %d) %% len(%s))::INTEGER]", list, column, name, seed, list)
		}
		o.exec(fmt.Sprintf(`CREATE OR REPLACE TABLE %s AS SELECT x::BIGINT AS i, %s::INTEGER AS k, %s::VARCHAR AS s, %s::DOUBLE AS d, %s::BIGINT AS v,
			%s AS n, %s::DECIMAL(20,2) AS h, %s AS b, %s AS ts FROM range(%d) t(x) ORDER BY x`, name,
			pick("k", "[NULL, 1, 1, 2, 3, 4, 5, 6, 7, 8]"), pick("s", "[NULL, '', 'x', 'weir', 'a longer text than sixteen bytes', 'y']"),
			pick("d", "[NULL, 'nan'::DOUBLE, 0.0, -0.0, 1.5, 1e300]"), pick("v", "[NULL, 0, 1, 2, 3, 4, 5, 6]"),
			pick("n", "[NULL, {'a': 1, 'b': ['x', NULL]}, {'a': NULL, 'b': []}, {'a': 3, 'b': NULL}]::STRUCT(a INTEGER, b VARCHAR[])[]"),
			pick("h", "[NULL, 1.25, -3, 1e15]"), pick("b", "[NULL, true, false]"),
			fmt.Sprintf("CASE WHEN hash(x, '%s', %d, 'n') %% 20 <> 0 THEN TIMESTAMP '2024-01-01' + INTERVAL 1 MILLISECOND * (x * 1000 + (hash(x, '%s', %d) %% 10000)::BIGINT) END", name, seed, name, seed),
			rows))
		o.exec("UPDATE " + name + " SET ts = CASE i % 3 WHEN 0 THEN TIMESTAMP 'infinity' ELSE TIMESTAMP '-infinity' END WHERE i % 25 >= 23")
	}
}

// keyings are lists of key columns.
var keyings = []struct {
	name string
	keys []plan.KeyPair
}{
	{"none", nil},
	{"integer", []plan.KeyPair{{Left: columnK, Right: columnK}}},
	{"integer nulls", []plan.KeyPair{{Left: columnK, Right: columnK, Nulls: true}}},
	{"text", []plan.KeyPair{{Left: columnS, Right: columnS}}},
	{"float", []plan.KeyPair{{Left: columnD, Right: columnD}, {Left: columnB, Right: columnB, Nulls: true}}},
	{"two", []plan.KeyPair{{Left: columnK, Right: columnK}, {Left: columnV, Right: columnV, Nulls: true}}},
	{"nested", []plan.KeyPair{{Left: columnN, Right: columnN, Nulls: true}, {Left: columnK, Right: columnK}}},
}

func leftColumn(c int) *plan.Expr { return plan.Col(c, testFields[c].Name, testFields[c].Type) }

func rightColumn(c int) *plan.Expr {
	return plan.Col(len(testFields)+c, testFields[c].Name, testFields[c].Type)
}

func condition(name string, args ...*plan.Expr) *plan.Expr {
	return plan.Fn(name, types.Of(types.Boolean), args...)
}

// residuals are lists of conditions, one with a kernel and one that DuckDB evaluates.
var residuals = []struct {
	name string
	all  []*plan.Expr
}{
	{"plain", nil},
	{"less", []*plan.Expr{condition(plan.Less, leftColumn(columnV), rightColumn(columnV))}},
	{"duckdb", []*plan.Expr{
		condition(plan.LessEqual, leftColumn(columnV), rightColumn(columnV)),
		condition(plan.Less, plan.Fn("levenshtein", types.Of(types.BigInt), leftColumn(columnS), rightColumn(columnS)),
			plan.Lit(plan.Value{Int: 5}, types.Of(types.BigInt))),
	}},
}

var kinds = []plan.JoinKind{plan.InnerJoin, plan.LeftJoin, plan.RightJoin, plan.FullJoin, plan.SemiJoin, plan.AntiJoin}

// joinSQL is the join as DuckDB runs it over two relations.
func joinSQL(n *plan.Join, left, right string) string {
	on := []string{"true"}
	for _, k := range n.Keys {
		sign := "="
		if k.Nulls {
			sign = "IS NOT DISTINCT FROM"
		}
		on = append(on, fmt.Sprintf("l.%s %s r.%s", testFields[k.Left].Name, sign, testFields[k.Right].Name))
	}
	for _, e := range n.Residual {
		on = append(on, e.SQL(func(c *plan.Expr) string {
			if c.Index < len(testFields) {
				return "l." + c.Name
			}
			return "r." + c.Name
		}))
	}
	columns := "l.*, r.*"
	if n.Kind == plan.SemiJoin || n.Kind == plan.AntiJoin {
		columns = "l.*"
	}
	return fmt.Sprintf("SELECT %s FROM %s l %s JOIN %s r ON %s", columns, left, n.Kind, right, strings.Join(on, " AND "))
}

// chosen is a relation of rows of a table, by their i; a row may be chosen several times.
func chosen(table string, ids []int) string {
	if len(ids) == 0 {
		return fmt.Sprintf("(FROM %s LIMIT 0)", table)
	}
	text := strings.Trim(strings.ReplaceAll(fmt.Sprint(ids), " ", ", "), "[]")
	return fmt.Sprintf("(SELECT t.* FROM (SELECT unnest([%s]) AS i) JOIN %s t USING (i))", text, table)
}

// checked makes an allocator that tells of leaks.
func checked(t *testing.T) *memory.CheckedAllocator {
	mem := memory.NewCheckedAllocator(memory.NewGoAllocator())
	t.Cleanup(func() { mem.AssertSize(t, 0) })
	return mem
}

// without returns the list without one element that equals x.
func without(list []int, x int) []int {
	at := slices.Index(list, x)
	return append(list[:at:at], list[at+1:]...)
}
