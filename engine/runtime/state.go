package runtime

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
)

// section keeps the state of the operators of one chain apart in the chain's file.
type section struct {
	to    engine.StateWriter
	op    int
	bytes *uint64 // of all that was written to the file
}

// Write implements engine.StateWriter.
func (s section) Write(name string, rows arrow.RecordBatch) error {
	*s.bytes += engine.Batch{Rows: rows}.Size()
	return s.to.Write(sectionName(s.op, name), rows)
}

func sectionName(op int, name string) string { return fmt.Sprintf("%d.%s", op, name) }

// stateFile reads what one chain wrote, for an operator of a shard that may differ from the one that wrote it.
type stateFile struct {
	store engine.Store
	name  string
	op    int
	shard engine.Shard
}

// Read implements engine.StateReader.
func (s stateFile) Read(name string, yield func(arrow.RecordBatch) error) error {
	return s.store.ReadState(s.name, sectionName(s.op, name), yield)
}

// Owns implements engine.StateReader.
func (s stateFile) Owns(hash uint64) bool { return s.shard.Owns(hash) }
