package nexmark

import (
	"context"
	"fmt"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/connectors/nexmark"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// tap is the nexmark connector, noting which columns of which source a query reads: with these the generator's own cost is taken.
type tap struct {
	sources map[string]*tapped
}

// tapped is a source of the last run.
type tapped struct {
	engine.Source
	columns []types.Field
}

func (t *tap) connector() engine.Connector {
	c := nexmark.Connector
	c.Source = func(config engine.SourceConfig) (engine.Source, error) {
		s, err := nexmark.Connector.Source(config)
		if err != nil {
			return nil, err
		}
		out := &tapped{Source: s}
		t.sources[config.Name] = out
		return out, nil
	}
	return c
}

// Open implements engine.Source.
func (t *tapped) Open(ctx context.Context, o engine.ReadOptions) (engine.Reader, error) {
	t.columns = o.Columns
	return t.Source.Open(ctx, o)
}

// drain reads what the last run has read, and does nothing with it.
func (t *tap) drain(ctx context.Context) (bench.Usage, error) {
	return bench.Measure(func() error {
		for name, s := range t.sources {
			if err := s.drain(ctx); err != nil {
				return fmt.Errorf("read %s: %w", name, err)
			}
		}
		return nil
	})
}

func (t *tapped) drain(ctx context.Context) error {
	e, err := bench.OpenEvents(ctx, t.Source, t.columns)
	if err != nil {
		return err
	}
	defer e.Release()
	for e.Next() {
	}
	return e.Err()
}
