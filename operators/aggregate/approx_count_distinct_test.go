package aggregate

import (
	"fmt"
	"math"
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// TestEstimatesAreDuckDBs compares with DuckDB over many different values, up to where each register is in use.
func TestEstimatesAreDuckDBs(t *testing.T) {
	o := newOracle(t)
	for _, kind := range []types.Type{types.Of(types.Integer), types.Of(types.BigInt), types.Of(types.Double), types.Of(types.Varchar)} {
		o.exec(fmt.Sprintf(`CREATE OR REPLACE TABLE input AS
			SELECT floor(log2(i + 1))::INTEGER AS k, CAST(i %% 50000 - 1000 AS %s) AS v FROM range(200000) r(i)`, kind))
		fields := []types.Field{{Name: "k", Type: types.Of(types.Integer)}, {Name: "v", Type: kind}}
		n := node(fields, []string{"k"}, true, estimateOf(fields))
		c := newCluster(t, Config{Node: n, Input: fields}, 2, 1)
		c.process(o.query("SELECT * FROM input"))
		c.flush()
		sameRows(t, kind.String(), c.out.sorted(), texts(o.query(selectSQL(n, "input"))))
	}
}

func estimateOf(fields []types.Field) plan.AggregateCall {
	return plan.AggregateCall{Name: "approx_count_distinct", Args: []*plan.Expr{column(fields, "v")}, Type: types.Of(types.BigInt)}
}

// TestEstimatesAreNear holds the mean error to that of 64 registers, 1.04 / 8, and each to four times that.
func TestEstimatesAreNear(t *testing.T) {
	const expected = 1.04 / 8
	for _, n := range []uint64{1, 10, 100, 1000, 100_000} {
		const tries = 100
		sum := 0.0
		for try := range uint64(tries) {
			var s sketch
			for v := range n {
				s.add(murmur(try<<32 + v))
			}
			off := math.Abs(float64(s.estimate())/float64(n) - 1)
			if off > 4*expected {
				t.Errorf("%d values are estimated as %d", n, s.estimate())
			}
			sum += off
		}
		if mean := sum / tries; mean > expected {
			t.Errorf("of %d values, the mean error is %.3f", n, mean)
		}
	}
}

// TestSketchesOfNothing wants 0, not NULL, where all values are NULL.
func TestSketchesOfNothing(t *testing.T) {
	o := newOracle(t)
	fields := []types.Field{{Name: "v", Type: types.Of(types.BigInt)}}
	op, err := New(Config{Node: node(fields, nil, true, estimateOf(fields)), Input: fields})
	must(t, err)
	out := newTable(t)
	must(t, op.Process(0, engine.Batch{Rows: o.query("SELECT NULL::BIGINT AS v FROM range(3)")}, out))
	must(t, op.Flush(out))
	sameRows(t, "nothing", out.sorted(), []string{"0"})
}
