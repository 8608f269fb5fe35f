package streamtest

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
)

// State is a snapshot in memory. It implements engine.StateWriter.
type State = memoryState

// Shard is the snapshot as one shard reads it.
func (m memoryState) Shard(s engine.Shard) engine.StateReader { return shardState{m, s} }

// Release frees the snapshot's rows.
func (m memoryState) Release() { m.release() }

// memoryState is a snapshot.
type memoryState map[string][]arrow.RecordBatch

// Write implements engine.StateWriter.
func (m memoryState) Write(section string, rows arrow.RecordBatch) error {
	rows.Retain()
	m[section] = append(m[section], rows)
	return nil
}

func (m memoryState) release() {
	for _, batches := range m {
		for _, b := range batches {
			b.Release()
		}
	}
}

// shardState is a snapshot as one shard reads it.
type shardState struct {
	memoryState
	engine.Shard
}

// Read implements engine.StateReader.
func (s shardState) Read(section string, yield func(arrow.RecordBatch) error) error {
	for _, b := range s.memoryState[section] {
		if err := yield(b); err != nil {
			return err
		}
	}
	return nil
}
