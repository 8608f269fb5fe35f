package runtime

import (
	"errors"
	"fmt"

	"github.com/weirdb/weir/engine"
)

// snapshot writes the state of the queries' operators, a file for each shard that has any, all shards in parallel.
func (e *Engine) snapshot(queries []*query, epoch int64) ([]engine.StateFile, error) {
	var files []engine.StateFile
	var chains []*chain
	for _, q := range queries {
		for i, s := range q.stages {
			for shard, c := range s.chains {
				if c.keepsState() && !s.Anew {
					files = append(files, engine.StateFile{Query: q.Name, Stage: i, Name: fmt.Sprintf("%d-%s-%d-%d", epoch, q.Name, i, shard)})
					chains = append(chains, c)
				}
			}
		}
	}
	errs := make([]error, len(files))
	e.parallel(len(files), func(i, _ int) {
		err := guard("write state", func() error { return e.snapshotChain(files[i].Name, chains[i]) })
		if err != nil {
			errs[i] = fmt.Errorf("query %s: write state: %w", files[i].Query, err)
		}
	})
	return files, errors.Join(errs...)
}

func (e *Engine) snapshotChain(name string, c *chain) error {
	sink, err := e.config.Store.CreateState(name)
	if err != nil {
		return err
	}
	for i, op := range c.ops {
		if s, ok := op.(engine.Snapshotter); ok {
			if err := s.Snapshot(section{sink, i}); err != nil {
				return errors.Join(err, sink.Close())
			}
		}
	}
	return sink.Close()
}
