package kafka

import (
	"fmt"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka/cluster"
	"github.com/weirdb/weir/benchmarks/kafka/process"
	"github.com/weirdb/weir/engine"
)

var columns = []bench.Column{
	{Name: "job"}, {Name: "workers"}, {Name: "events/s", Unit: "M", Digits: 2}, {Name: "CPU", Unit: "ns/event"},
	{Name: "per CPU-second", Unit: "M events", Digits: 2}, {Name: "peak memory", Unit: "MB"}, {Name: "commits"},
	{Name: "commit share", Unit: "% of time", Digits: 1}, {Name: "speed-up", Unit: "x", Digits: 2},
}

func newReport(s *Stage, o engine.Options, alone bench.Usage, all [][]measurement) *bench.Report {
	r := &bench.Report{Benchmark: name, Columns: columns, Notes: notes(o)}
	r.Facts = append(s.Durability(), s.Cluster.Facts()...)
	r.Facts = append(r.Facts, bench.Fact{Name: "events", Value: fmt.Sprintf("%d JSON bids in %d partitions", s.Events, Partitions)})
	r.Rows = append(r.Rows, []any{floor, nil, nil, s.nanos(alone.CPU), float64(s.Events) / alone.CPU.Seconds() / 1e6, nil, nil, nil, nil})
	for _, runs := range all {
		m := bench.Median(runs, func(m measurement) float64 { return m.CPU.Seconds() })
		speedUp := bench.Median(runs, func(m measurement) float64 { return m.speedUp }).speedUp
		r.Rows = append(r.Rows, []any{
			m.job, int64(m.workers), s.perSecond(m.Wall) / 1e6, s.nanos(m.CPU), float64(s.Events) / m.CPU.Seconds() / 1e6, float64(m.PeakRSS) / 1e6,
			m.Commits, 100 * m.Committing.Seconds() / m.Wall.Seconds(), speedUp,
		})
	}
	return r
}

func notes(o engine.Options) []string {
	return []string{
		"each row is the run in the middle by CPU of " + o["runs"] + "; the runs of a job took turns",
		"times are the whole process's, from its start to its end: opening the database, planning, connecting, and closing included",
		floor + " is Weir's Kafka source in the benchmark's process, polled to the end without decoding: what no query can be below",
		"memory is the process's resident memory at its highest, the result database's included",
		"the commit share is the part of the wall time that passed while a commit ran, the writing of state included",
		"speed-up is the wall time of the run with the first number of workers through that of the next with this one, in the middle of all such pairs; " + process.CoresNote +
			", and so is a broker that the benchmark has started, so that a machine of one core is compared with one of two",
		cluster.FillNote,
		"after each run every view was compared with DuckDB's answer over the same events, EXCEPT ALL both ways; no row was late, no record a dead letter",
	}
}
