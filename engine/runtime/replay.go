package runtime

import (
	"errors"
	"fmt"
	"slices"

	"github.com/weirdb/weir/engine"
)

// errStopped ends the reading of a section that is not read to its end.
var errStopped = errors.New("reading stopped")

// replay gives the operators of a stage what its logs hold, as it came to them before the restart. There may have been another
// number of shards: rows are divided anew, and each log waits for the others at every watermark and flush.
//
//	log of old shard 0    rows  rows        ▲ 10:00  rows  ▲ 10:01  decided           flush
//	log of old shard 1    rows              ▲ 10:00        ▲ 10:01  decided           flush
//	new shards            rows  rows  rows  ▲ 10:00  rows  ▲ 10:01  decided  decided  settle
func (e *Engine) replay(s *stage, logs []engine.StateFile) error {
	logs = slices.Clone(logs)
	slices.SortStableFunc(logs, func(a, b engine.StateFile) int { return int(a.Epoch - b.Epoch) })
	for len(logs) > 0 {
		n := 1
		for n < len(logs) && logs[n].Epoch == logs[0].Epoch {
			n++
		}
		if err := e.replayTogether(s, logs[:n]); err != nil {
			return fmt.Errorf("log of epoch %d: %w", logs[0].Epoch, err)
		}
		logs = logs[n:]
	}
	return nil
}

// replayTogether gives the operators the logs of one epoch, one for each shard that there was.
func (e *Engine) replayTogether(s *stage, logs []engine.StateFile) error {
	readers := make([]*stepReader, len(logs))
	for i, f := range logs {
		var err error
		if readers[i], err = openSteps(e.config.Store, f.Name); err != nil {
			return err
		}
		defer readers[i].close()
	}
	for {
		var at step
		for i, r := range readers {
			until, ok, err := s.replayBatches(r)
			if err != nil {
				return fmt.Errorf("%s: %w", logs[i].Name, err)
			}
			if !ok {
				until.kind = stepBatch // the end
			}
			if i > 0 && (until.kind != at.kind || until.watermark != at.watermark) {
				return errors.New("the logs of the shards do not belong together")
			}
			at = until
		}
		if at.kind == stepBatch {
			return nil
		}
		if err := s.replayStep(at); err != nil {
			return err
		}
	}
}

// replayBatches gives the operators the batches up to the next step that all shards have, which it returns; false at the end.
func (s *stage) replayBatches(r *stepReader) (until step, ok bool, err error) {
	for {
		st, ok, err := r.next()
		if err != nil || !ok || !st.hasRows() {
			return st, ok, err
		}
		if st.kind == stepDecided {
			err = s.recall(st)
		} else {
			err = s.replayBatch(st)
		}
		st.batch.Release()
		if err != nil {
			return st, false, err
		}
	}
}

func (s *stage) replayBatch(st step) error {
	if st.edge >= len(s.Edges) {
		return fmt.Errorf("there is no edge %d", st.edge)
	}
	edge := outEdge{Edge: s.Edges[st.edge], at: st.edge, to: s}
	parts, err := edge.split(st.batch, len(s.chains))
	for i, part := range parts {
		if part.Rows == nil {
			continue
		}
		if err == nil {
			err = s.chains[i].receive(edge.Input, part)
			s.chains[i].out.drop()
		}
		part.Release()
	}
	return err
}

// recall gives what an operator of one shard has decided to those of all shards, which keep what is of their keys.
func (s *stage) recall(st step) error {
	for i, c := range s.chains {
		if st.edge >= len(c.ops) {
			return fmt.Errorf("there is no operator %d", st.edge)
		}
		d, ok := c.ops[st.edge].(engine.Decider)
		if !ok {
			return fmt.Errorf("operator %d decides nothing", st.edge)
		}
		if err := d.Recall(st.batch.Rows, engine.Shard{Index: i, Count: len(s.chains)}.Owns); err != nil {
			return err
		}
	}
	return nil
}

func (s *stage) replayStep(st step) error {
	for _, c := range s.chains {
		var err error
		if st.kind == stepAdvance {
			err = c.advance(st.watermark)
		} else {
			err = c.settle()
		}
		c.out.drop() // it was committed with the log
		if err != nil {
			return err
		}
	}
	return nil
}
