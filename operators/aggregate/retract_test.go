package aggregate

import (
	"fmt"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/function"
	"github.com/weirdb/weir/operators/keys"
)

// retractFields have a column of every type whose values can be taken back.
func retractFields() (fields []types.Field, columns string) {
	add := func(name string, t types.Type, values ...string) {
		fields = append(fields, types.Field{Name: name, Type: t})
		columns += ", " + pick(t, name, values...) + " AS " + name
	}
	add("k", types.Of(types.Varchar), "NULL", "a", "b", "c", "d", "e")
	add("f", types.Of(types.Boolean), "NULL", "true", "false")
	for _, id := range []types.ID{types.TinyInt, types.SmallInt, types.Integer, types.BigInt, types.HugeInt} {
		add(fmt.Sprintf("i%d", id), types.Of(id), "NULL", "1", "-3", "100", "-128")
	}
	for _, id := range []types.ID{types.UTinyInt, types.USmallInt, types.UInteger, types.UBigInt} {
		add(fmt.Sprintf("u%d", id), types.Of(id), "NULL", "1", "255", "7")
	}
	add("big", types.Of(types.BigInt), "9223372036854775807", "-9223372036854775808", "NULL", "1")
	add("dec", types.DecimalOf(9, 2), "NULL", "1.25", "-3.5", "0")
	add("x", types.Of(types.Double), "NULL", "nan", "inf", "-inf", "0.5", "-0.1")
	add("y", types.Of(types.Float), "NULL", "nan", "1.5")
	add("s", types.Of(types.Varchar), "NULL", "", "x", "xyz", "a longer text than twelve")
	add("day", types.Of(types.Date), "NULL", "2026-01-01", "1969-12-31")
	add("ts", types.Of(types.Timestamp), "NULL", "2026-01-01", "1969-12-31 23:00:00")
	add("clock", types.Of(types.Time), "NULL", "10:00:00", "23:59:59")
	return fields, columns
}

// retractCalls are all calls on the fields that can take rows back, plain and with FILTER.
func retractCalls(fields []types.Field) []plan.AggregateCall {
	calls := []plan.AggregateCall{countAll}
	for _, f := range fields {
		for i := range Functions {
			c, ok := callOn(Functions[i].Names[0], []*plan.Expr{column(fields, f.Name)})
			if !ok || CheckRetracts(&c) != nil {
				continue
			}
			if i%2 == 0 {
				c.Filter = column(fields, "f")
			}
			calls = append(calls, c)
		}
	}
	return calls
}

// TestRetractionsFollowDuckDB sends rows that come and go, in any order within a flush, and compares with DuckDB over those that
// are there.
func TestRetractionsFollowDuckDB(t *testing.T) {
	for _, groups := range [][]string{{}, {"k"}, {"s", "day"}, {"f"}} {
		t.Run(fmt.Sprint(groups), func(t *testing.T) {
			o := newOracle(t)
			fields, columns := retractFields()
			o.exec("CREATE TABLE universe AS SELECT i" + columns + " FROM range(600) r(i) ORDER BY i")
			n := node(fields, groups, true, retractCalls(fields)...)
			n.Retracts = true
			if len(n.Calls) < 60 {
				t.Fatalf("only %d calls", len(n.Calls))
			}
			universe := o.query("SELECT * EXCLUDE (i) FROM universe ORDER BY i")
			c := newCluster(t, Config{Node: n, Input: fields, Allocator: checked(t)}, 2, uint64(len(groups)))
			var there []int32
			for range 25 {
				there = churn(t, c, universe, there)
				c.flush()
				list := "NULL"
				for _, r := range there {
					list += fmt.Sprintf(", %d", r)
				}
				input := "(SELECT universe.* EXCLUDE (i) FROM universe JOIN (SELECT unnest([" + list + "]) AS i) USING (i))"
				sameRows(t, fmt.Sprintf("over %d rows", len(there)), c.out.sorted(), texts(o.query(selectSQL(n, input))))
				if c.random.IntN(3) == 0 {
					c.move(1 + c.random.IntN(4))
				}
			}
		})
	}
}

// churn adds rows and takes others back, in one batch.
func churn(t *testing.T, c *cluster, universe arrow.RecordBatch, there []int32) []int32 {
	var index []int32
	var weights []int8
	for range c.random.IntN(80) {
		r := c.random.Int32N(int32(universe.NumRows()))
		index, weights, there = append(index, r), append(weights, 1), append(there, r)
	}
	for range c.random.IntN(80) {
		if len(there) == 0 {
			break
		}
		i := c.random.IntN(len(there))
		index, weights = append(index, there[i]), append(weights, -1)
		there = append(there[:i], there[i+1:]...)
	}
	if c.random.IntN(6) == 0 { // everything goes
		for _, r := range there {
			index, weights = append(index, r), append(weights, -1)
		}
		there = nil
	}
	c.random.Shuffle(len(index), func(i, j int) {
		index[i], index[j], weights[i], weights[j] = index[j], index[i], weights[j], weights[i]
	})
	rows := function.Select(c.config.Allocator, universe, index)
	defer rows.Release()
	sendWeighted(t, c, rows, weights)
	return there
}

func sendWeighted(t *testing.T, c *cluster, rows arrow.RecordBatch, weights []int8) {
	var columns []int
	for _, g := range c.config.Node.Groups {
		columns = append(columns, g.Index)
	}
	hashes := make([]uint64, rows.NumRows())
	keys.HashOf(columns)(rows, hashes)
	for s, o := range c.shards {
		var index []int32
		var some []int8
		for i, h := range hashes {
			if (engine.Shard{Index: s, Count: len(c.shards)}).Owns(h) {
				index, some = append(index, int32(i)), append(some, weights[i])
			}
		}
		part := function.Select(c.config.Allocator, rows, index)
		must(t, o.Process(0, engine.Batch{Rows: part, Weights: some}, c.out))
		part.Release()
	}
}

// TestForgotten: groups and values that have been taken back leave no state behind.
func TestForgotten(t *testing.T) {
	o := newOracle(t)
	fields := []types.Field{{Name: "k", Type: types.Of(types.BigInt)}, {Name: "v", Type: types.Of(types.BigInt)}}
	n := node(fields, []string{"k"}, true, plan.AggregateCall{Name: "max", Args: []*plan.Expr{column(fields, "v")}, Type: types.Of(types.BigInt)})
	n.Retracts = true
	op, err := New(Config{Node: n, Input: fields, Allocator: checked(t)})
	must(t, err)
	out := newTable(t)
	for round := range 10 {
		from := round * 3000
		rows := o.query(fmt.Sprintf("SELECT i // 3 AS k, i AS v FROM range(%d, %d) r(i)", from, from+3000))
		must(t, op.Process(0, engine.Batch{Rows: rows}, out))
		must(t, op.Flush(out))
		back := make([]int8, 3000)
		for i := range back {
			back[i] = 1
			if i >= 3 || round < 9 {
				back[i] = -1
			}
		}
		if round == 9 {
			rows = rows.NewSlice(3, 3000)
			back = back[3:]
		}
		must(t, op.Process(0, engine.Batch{Rows: rows, Weights: back}, out))
		must(t, op.Flush(out))
	}
	sameRows(t, "what is left", out.sorted(), []string{"9000 | 27002"})
	p := op.panes.all()[0]
	if values := len(p.partials[0].accumulator.(*countedExtreme[int64]).n); p.table.Len() > 2*forgetFrom || values > 2*forgetFrom {
		t.Errorf("%d groups and %d values are kept", p.table.Len(), values)
	}
	if err := op.Process(0, engine.Batch{Rows: o.query("SELECT 5::BIGINT AS k, 6::BIGINT AS v"), Weights: []int8{-1}}, out); err != nil {
		t.Fatal(err)
	}
	if err := op.Flush(out); err == nil {
		t.Error("a row that is not there is taken back")
	}
}
