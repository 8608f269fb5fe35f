package batch

import (
	"context"
	"errors"
	"fmt"

	"github.com/weirdb/weir/benchmarks/bench"
)

// duck is the contestant: a DuckDB in memory that has the events as table bid. It is the judge as well.
type duck struct{ *bench.Judge }

func newDuck(ctx context.Context, m *memory) (*duck, error) {
	j, err := bench.OpenJudge(ctx, "")
	if err != nil {
		return nil, err
	}
	rows, err := m.all()
	if err != nil {
		return nil, errors.Join(err, j.Close())
	}
	defer rows.Release()
	if err := j.Load(ctx, "bid", rows); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return &duck{j}, nil
}

// run computes a query once, into a table in memory.
func (d *duck) run(ctx context.Context, q query, threads int) (bench.Usage, error) {
	if err := d.Exec(ctx, fmt.Sprintf("DROP TABLE IF EXISTS r; SET threads = %d", threads)); err != nil {
		return bench.Usage{}, err
	}
	return bench.Measure(func() error { return d.Exec(ctx, "CREATE TABLE r AS "+q.text) })
}
