package serve

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka/child"
)

// phase is what was measured in a time.
type phase struct {
	rate  float64 // records a second
	cores float64 // that weir used
	took  []bench.Times
}

// all are the times of all kinds of panels, sorted.
func (p phase) all() bench.Times {
	all := slices.Concat(p.took...)
	all.Sort()
	return all
}

// turns are the phases of one run: alone, then with panels.
type turns struct{ alone, asked phase }

// measure runs weir, and measures it in turns without panels and with them.
func (s settings) measure(ctx context.Context, log io.Writer) (out []turns, err error) {
	dir, err := bench.TempDir()
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	database := filepath.Join(dir, "serve.duckdb")
	j := child.Job{Program: s.program, Statements: s.statements(), Workers: s.workers, CommitInterval: s.interval}
	live, err := j.Live(ctx, database)
	if err != nil {
		return nil, err
	}
	defer live.Kill()
	told := newTold()
	if err := sleep(ctx, warmUp); err != nil {
		return nil, err
	}
	for range s.runs {
		t, err := s.turn(ctx, live, told)
		if err != nil {
			return nil, err
		}
		all := t.asked.all()
		fmt.Fprintf(log, "%.0f events/s alone, %.0f with panels, which wait %s at the median, %s at p99\n", t.alone.rate, t.asked.rate, all.At(0.5), all.At(0.99))
		out = append(out, t)
	}
	if _, err := live.Stop(); err != nil {
		return nil, err
	}
	return out, check(ctx, database, live, told)
}

func (s settings) turn(ctx context.Context, live *child.Live, told *told) (t turns, err error) {
	if t.alone, err = during(ctx, live, func() error { return sleep(ctx, s.phase) }); err != nil {
		return t, err
	}
	p := newPanels(live.URL, s, told)
	if t.asked, err = during(ctx, live, func() error { return p.run(ctx, s.phase) }); err != nil {
		return t, err
	}
	t.asked.took = p.took
	return t, nil
}

// during measures weir while f runs.
func during(ctx context.Context, live *child.Live, f func() error) (phase, error) {
	begin, before, err := look(ctx, live)
	if err != nil {
		return phase{}, err
	}
	started := time.Now()
	if err := f(); err != nil {
		return phase{}, err
	}
	took := time.Since(started).Seconds()
	end, after, err := look(ctx, live)
	if err != nil {
		return phase{}, err
	}
	return phase{rate: float64(end-begin) / took, cores: after.Sub(before).CPU.Seconds() / took}, nil
}

func look(ctx context.Context, live *child.Live) (records int64, used bench.Usage, err error) {
	if records, err = live.Records(ctx); err != nil {
		return 0, used, err
	}
	used, err = live.Usage()
	return records, used, err
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
