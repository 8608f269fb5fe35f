// Package benchmarks lists the benchmarks that `weir bench` runs. Each stands in a folder of its own and checks its answer as
// well as its time.
//
// To add one: a folder with a bench.Benchmark, and a line in All.
package benchmarks

import (
	"github.com/weirdb/weir/benchmarks/anomaly"
	"github.com/weirdb/weir/benchmarks/batch"
	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka"
	"github.com/weirdb/weir/benchmarks/latency"
	"github.com/weirdb/weir/benchmarks/nab"
	"github.com/weirdb/weir/benchmarks/nexmark"
	"github.com/weirdb/weir/benchmarks/peers"
	"github.com/weirdb/weir/benchmarks/serve"
	"github.com/weirdb/weir/benchmarks/soak"
)

// All are all of them, in the order of the help page.
var All = []bench.Benchmark{nexmark.Benchmark, batch.Benchmark, kafka.Benchmark, latency.Benchmark, peers.Benchmark, soak.Benchmark,
	serve.Benchmark, nab.Benchmark, anomaly.Benchmark}
