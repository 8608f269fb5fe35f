package streamtest

import (
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Tables is an engine.Tables that runs in the oracle.
type Tables struct{ *Oracle }

// Query implements engine.Tables.
func (x Tables) Query(sql string, inputs []engine.Table, result []types.Type) (arrow.RecordBatch, error) {
	for i, in := range inputs {
		if err := x.load(fmt.Sprintf("in%d", i), in); err != nil {
			return nil, err
		}
	}
	casts, names := make([]string, len(result)), make([]string, len(result))
	for i, t := range result {
		names[i] = fmt.Sprintf("r%d", i)
		casts[i] = fmt.Sprintf("CAST(r%d AS %s) AS r%d", i, t, i)
	}
	return x.query(fmt.Sprintf("SELECT %s FROM (%s) t(%s)", strings.Join(casts, ", "), sql, strings.Join(names, ", ")))
}

// load copies rows into a table.
func (x Tables) load(name string, in engine.Table) error {
	reader, err := array.NewRecordReader(in.Rows.Schema(), []arrow.RecordBatch{in.Rows})
	if err != nil {
		return err
	}
	defer reader.Release()
	release, err := x.arrow.RegisterView(reader, "feed")
	if err != nil {
		return err
	}
	defer release()
	columns := make([]string, len(in.Columns))
	for i, t := range in.Columns {
		columns[i] = fmt.Sprintf("CAST(%s AS %s) AS c%d", types.QuoteIdent(in.Rows.ColumnName(i)), t, i)
	}
	x.Exec(fmt.Sprintf("CREATE OR REPLACE TEMP TABLE %s AS SELECT %s FROM feed", name, strings.Join(columns, ", ")))
	return nil
}
