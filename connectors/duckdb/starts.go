package duckdb

import (
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// startsSQL makes the table of where queries have begun that did not begin at a source's beginning. Databases of an earlier weir have none.
const startsSQL = `CREATE TABLE IF NOT EXISTS weir.starts (query VARCHAR, source VARCHAR, "partition" VARCHAR, first BIGINT)`

var startColumns = unparametered(types.Varchar, types.Varchar, types.Varchar, types.BigInt)

func (s *Store) writeStarts(c *engine.Commit) error {
	return s.appendBuilt(database, "weir", "starts", startColumns, len(c.Starts), func(b *array.RecordBuilder, i int) {
		p := &c.Starts[i]
		appendTexts(b, p.Query, p.Source, p.Partition)
		b.Field(3).(*array.Int64Builder).Append(p.Next)
	})
}
