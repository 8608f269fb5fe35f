package node

import (
	"context"
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// trialTableRows is how many rows of a plain table a trial reads at most.
const trialTableRows = 1_000_000

// tableAsItIs is a plain table for a trial: its rows as they are when reading begins, and no later changes. The database keeps no history for it.
type tableAsItIs struct {
	store *duckdb.Store
	name  string
}

// Open implements engine.Source.
func (t tableAsItIs) Open(_ context.Context, o engine.ReadOptions) (engine.Reader, error) {
	return &tableReader{tableAsItIs: t, columns: o.Columns}, nil
}

type tableReader struct {
	tableAsItIs
	columns []types.Field
	read    bool
}

// Partitions implements engine.Reader.
func (r *tableReader) Partitions() []string { return []string{firstPartition} }

// Committed implements engine.Reader.
func (r *tableReader) Committed(map[string]int64) error { return nil }

// Close implements engine.Reader.
func (r *tableReader) Close() error { return nil }

// firstPartition is the only one of a table.
const firstPartition = "0"

// Poll implements engine.Reader. The first returns all rows, the next waits for ever.
func (r *tableReader) Poll(ctx context.Context) ([]engine.Fetch, error) {
	if r.read {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	r.read = true
	names := []string{"1"} // where nothing but the number of rows counts
	if len(r.columns) > 0 {
		names = nil
	}
	for _, c := range r.columns {
		names = append(names, types.QuoteIdent(c.Name))
	}
	rows, err := r.store.Query(ctx, "SELECT "+strings.Join(names, ", ")+" FROM "+types.QuoteIdent(r.name), duckdb.Limits{Rows: trialTableRows + 1})
	if err != nil {
		return nil, err
	}
	defer rows.Release()
	return r.fetches(rows)
}

// fetches has a fetch for each batch; without rows, one that says that nothing waits.
func (r *tableReader) fetches(rows *duckdb.Rows) (out []engine.Fetch, err error) {
	next := int64(0)
	for rows.Next() {
		batch := rows.RecordBatch()
		f := engine.Fetch{Partition: firstPartition, Offsets: make([]int64, batch.NumRows()), Waiting: 1}
		for i := range f.Offsets {
			f.Offsets[i] = next
			next++
		}
		f.Next, f.Rows = next, array.NewRecordBatch(types.Schema(r.columns), batch.Columns()[:len(r.columns)], batch.NumRows())
		out = append(out, f)
	}
	if err = rows.Err(); err == nil && next > trialTableRows {
		err = fmt.Errorf("table %s has more than %d rows, which a preview does not read", r.name, trialTableRows)
	}
	if err != nil {
		releaseFetches(out)
		return nil, err
	}
	if len(out) == 0 {
		return []engine.Fetch{{Partition: firstPartition}}, nil
	}
	out[len(out)-1].Waiting = 0
	return out, nil
}

func releaseFetches(fetches []engine.Fetch) {
	for _, f := range fetches {
		f.Rows.Release()
	}
}
