package peers

import (
	"fmt"
	"slices"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka"
	"github.com/weirdb/weir/benchmarks/kafka/cluster"
	"github.com/weirdb/weir/benchmarks/kafka/process"
	"github.com/weirdb/weir/benchmarks/peers/flink"
)

var columns = []bench.Column{
	{Name: "system"}, {Name: "events/s", Unit: "M", Digits: 2}, {Name: "CPU", Unit: "ns/event"}, {Name: "per CPU-second", Unit: "M events", Digits: 2},
	{Name: "peak memory", Unit: "MB"}, {Name: "commits"}, {Name: "start-up", Unit: "s", Digits: 2}, {Name: "first result", Unit: "s", Digits: 2},
	{Name: "ratio", Unit: "x", Digits: 1},
}

func (t *trial) report(s starts, samples []sample) *bench.Report {
	r := &bench.Report{Benchmark: name, Columns: columns, Notes: t.notes(s)}
	r.Facts = append(slices.Concat(t.Durability(), t.Cluster.Facts()),
		bench.Fact{Name: "flink", Value: fmt.Sprintf("Apache Flink %s, parallelism %d, on this machine", flink.Version, t.parallelism)},
		bench.Fact{Name: "checkpoints of flink", Value: fmt.Sprintf("every %s into files, exactly once; or none", t.interval)},
		bench.Fact{Name: "events", Value: fmt.Sprintf("%d JSON bids in %d partitions", t.Events, kafka.Partitions)})
	events := float64(t.Events)
	contenders := t.contenders()
	reference := samples[0] // becomes the last of Weir's
	for i, c := range contenders {
		if !c.peer {
			reference = samples[i]
		}
	}
	for i, c := range contenders {
		begin := s.weir
		if c.peer {
			begin = s.flink
		}
		m := samples[i]
		r.Rows = append(r.Rows, []any{c.name, events / m.Wall.Seconds() / 1e6, float64(m.CPU.Nanoseconds()) / events, events / m.CPU.Seconds() / 1e6,
			float64(m.PeakRSS) / 1e6, m.commits, begin.ready.Seconds(), begin.first.Seconds(), m.CPU.Seconds() / reference.CPU.Seconds()})
	}
	return r
}

func (t *trial) notes(s starts) []string {
	return []string{
		fmt.Sprintf("each figure is of the run in the middle of %d, by CPU (of %d starts, by the first result); the systems took turns on the same topic", t.runs,
			min(t.runs, maxStarts)),
		fmt.Sprintf("Weir's time and CPU are those of its whole process, its end and its start (%.1f s of CPU, %.0f MB by then) included; it writes "+
			"results and state to disk with each commit", s.weir.idle.CPU.Seconds(), float64(s.weir.idle.PeakRSS)/1e6),
		fmt.Sprintf("Flink's are those of a running, warm cluster from the job's submission to its end: the CPU of all three Java processes, "+
			"without the %.1f s that they took to start (%.0f MB by then); one run of the job came before those that count",
			s.flink.idle.CPU.Seconds(), float64(s.flink.idle.PeakRSS)/1e6),
		flink.ConfigNote,
		"peak memory is resident memory: of Weir's process, the result database's included; of Flink's three processes added up, since they started",
		"start-up is from the start of the process or the cluster until it reads or takes statements; first result is from there until a client has the " +
			"first row over HTTP, reading the full topic from its beginning: of Weir's view, and of a SELECT through Flink's SQL gateway, without checkpoints; " +
			"Weir's first row comes with its first commit",
		"ratio is the CPU of an event through that of Weir with as many cores",
		"Weir's rows were compared with DuckDB's over the same events after each run, Flink's after each that writes them, EXCEPT ALL both ways; " +
			"what Flink drops is the same query",
		cluster.FillNote + "; " + process.CoresNote + "; Flink may use all",
	}
}
