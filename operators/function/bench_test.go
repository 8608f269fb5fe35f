package function

import (
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine/plan"
)

const benchRows = 4096

func benchmark(b *testing.B, e *plan.Expr) {
	rows := (&generator{Rand: rand.New(rand.NewPCG(1, 1))}).batch(benchRows)
	p, err := Compile([]*plan.Expr{e}, testInput, nil, memory.DefaultAllocator)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		out, err := p.Run(rows)
		if err != nil {
			b.Fatal(err)
		}
		releaseAll(out)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
}

func BenchmarkCompare(b *testing.B) {
	b.Run("bigint_constant", func(b *testing.B) { benchmark(b, plan.Fn(plan.Greater, boolean, col(bigint, 0), num(11))) })
	b.Run("bigint_columns", func(b *testing.B) { benchmark(b, plan.Fn(plan.Less, boolean, col(bigint, 0), col(bigint, 1))) })
	b.Run("bigint_equal", func(b *testing.B) { benchmark(b, plan.Fn(plan.Equal, boolean, col(bigint, 0), col(bigint, 1))) })
	b.Run("double", func(b *testing.B) { benchmark(b, plan.Fn(plan.Less, boolean, col(double, 0), col(double, 1))) })
	b.Run("varchar_constant", func(b *testing.B) { benchmark(b, plan.Fn(plan.Equal, boolean, col(varchar, 0), str("abc"))) })
}

func BenchmarkArithmetic(b *testing.B) {
	for _, op := range []string{"+", "-", "*", "//", "%"} {
		b.Run("bigint"+op, func(b *testing.B) { benchmark(b, plan.Fn(op, bigint, col(bigint, 0), col(bigint, 1))) })
	}
	b.Run("double*", func(b *testing.B) { benchmark(b, plan.Fn("*", double, col(double, 0), col(double, 1))) })
}

func BenchmarkTimeBucket(b *testing.B) {
	ordered := plan.Fn("make_timestamp", timestamp, col(bigint, 0))
	b.Run("ordered", func(b *testing.B) {
		benchmark(b, plan.Fn("time_bucket", timestamp, interval(0, 0, 10*second), ordered))
	})
	b.Run("random", func(b *testing.B) {
		benchmark(b, plan.Fn("time_bucket", timestamp, interval(0, 0, 10*second), col(timestamp, 0)))
	})
	b.Run("months_random", func(b *testing.B) {
		benchmark(b, plan.Fn("time_bucket", timestamp, interval(1, 0, 0), col(timestamp, 0)))
	})
}

func BenchmarkStrings(b *testing.B) {
	b.Run("lower", func(b *testing.B) { benchmark(b, plan.Fn("lower", varchar, col(varchar, 0))) })
	b.Run("like", func(b *testing.B) { benchmark(b, plan.Fn("~~", boolean, col(varchar, 0), str("%item%html"))) })
	b.Run("concat", func(b *testing.B) { benchmark(b, plan.Fn("||", varchar, col(varchar, 0), col(varchar, 1))) })
}

func BenchmarkCase(b *testing.B) {
	benchmark(b, plan.Fn(plan.Case, bigint, plan.Fn(plan.Less, boolean, col(bigint, 0), col(bigint, 1)), col(bigint, 0), col(bigint, 1)))
}
