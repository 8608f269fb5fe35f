package runtime

import (
	"errors"
	"fmt"

	"github.com/weirdb/weir/engine"
)

// stateWriting is the state of one stage on its way to disk: a file for each shard.
type stateWriting struct {
	query *query
	stage *stage
	files []engine.StateFile
}

// snapshot writes the state of the queries' stages, all shards in parallel: whole, or what has come since it was. It returns all
// files that a restart needs, those of earlier commits among them.
func (e *Engine) snapshot(queries []*query, epoch int64) ([]engine.StateFile, error) {
	var writings []*stateWriting
	var tasks []func() error
	for _, q := range queries {
		for _, s := range q.stages {
			if s.Anew || !s.chains[0].keepsState() {
				continue
			}
			w := newWriting(q, s, epoch)
			writings = append(writings, w)
			for shard := range s.chains {
				tasks = append(tasks, func() error { return e.writeState(w, shard) })
			}
		}
	}
	errs := make([]error, len(tasks))
	e.parallel(len(tasks), func(i, _ int) { errs[i] = guard("write state", tasks[i]) })
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	var files []engine.StateFile
	for _, w := range writings {
		w.stage.written(w.files, e.config.Logs)
		w.stage.noteMore(e.config.Logs)
		files = append(files, w.stage.log.files()...)
	}
	return files, nil
}

func newWriting(q *query, s *stage, epoch int64) *stateWriting {
	w := &stateWriting{query: q, stage: s, files: make([]engine.StateFile, len(s.chains))}
	f := engine.StateFile{Query: q.Name, Stage: s.index, Epoch: epoch}
	if s.logs() {
		f.Log = true
		if s.log.begun > 0 {
			f.Epoch = s.log.begun
		}
	}
	for shard := range w.files {
		f.Name = fmt.Sprintf("%d-%s-%d-%d", epoch, q.Name, s.index, shard)
		w.files[shard] = f
	}
	return w
}

// writeState writes one shard's file.
func (e *Engine) writeState(w *stateWriting, shard int) error {
	f, c := &w.files[shard], w.stage.chains[shard]
	write := e.writeWhole
	if f.Log {
		write = e.writeLog
	}
	err := write(f, c)
	if err != nil {
		err = fmt.Errorf("query %s: write state: %w", w.query.Name, err)
	}
	return err
}

func (e *Engine) writeWhole(f *engine.StateFile, c *chain) error {
	sink, err := e.config.Store.CreateState(f.Name)
	if err != nil {
		return err
	}
	f.Bytes = 0
	for i, op := range c.ops {
		if s, ok := op.(engine.Snapshotter); ok {
			if err := s.Snapshot(section{sink, i, &f.Bytes}); err != nil {
				return errors.Join(err, sink.Close())
			}
		}
	}
	return sink.Close()
}

func (e *Engine) writeLog(f *engine.StateFile, c *chain) error {
	sink, err := e.config.Store.CreateState(f.Name)
	if err != nil {
		return err
	}
	f.Bytes = c.log.bytes
	if err := writeSteps(sink, c.log.steps); err != nil {
		return errors.Join(err, sink.Close())
	}
	return sink.Close()
}
