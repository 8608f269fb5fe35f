package batch

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// partitions are what the events are dealt among, a batch to each in turn.
const partitions = 4

// memory is a source of batches that lie in memory, so that reading costs next to nothing.
type memory struct {
	columns   []types.Field
	eventTime string
	batches   [partitions][]arrow.RecordBatch
}

// connector makes the source one that CREATE SOURCE may name.
func (m *memory) connector() engine.Connector {
	return engine.Connector{
		Name: "memory",
		Doc:  "Reads batches that lie in memory.",
		Schema: func(engine.Options) ([]types.Field, string, string, error) {
			return m.columns, m.eventTime, m.eventTime + " - INTERVAL '4 seconds'", nil
		},
		Source: func(engine.SourceConfig) (engine.Source, error) { return m, nil },
	}
}

// Open implements engine.Source.
func (m *memory) Open(_ context.Context, o engine.ReadOptions) (engine.Reader, error) {
	if len(o.From) > 0 {
		return nil, fmt.Errorf("memory: cannot go on at a position")
	}
	r := &reader{memory: m, schema: types.Schema(o.Columns)}
	for _, c := range o.Columns {
		r.columns = append(r.columns, slices.IndexFunc(m.columns, func(f types.Field) bool { return f.Name == c.Name }))
	}
	return r, nil
}

// reader gives a batch of each partition at each poll.
type reader struct {
	*memory
	schema  *arrow.Schema
	columns []int // that were asked for, by position
	turn    int   // the next batch of each partition
	next    [partitions]int64
}

func (r *reader) Partitions() []string {
	names := make([]string, partitions)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	return names
}

func (r *reader) Committed(map[string]int64) error { return nil }

func (r *reader) Close() error { return nil }

// Poll implements engine.Reader. A partition ends with its last batch, or at once if it has none.
func (r *reader) Poll(ctx context.Context) ([]engine.Fetch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var fetches []engine.Fetch
	for i, batches := range r.batches {
		if r.turn < len(batches) || r.turn == 0 {
			fetches = append(fetches, r.fetch(i))
		}
	}
	r.turn++
	if len(fetches) == 0 {
		return nil, io.EOF
	}
	return fetches, nil
}

func (r *reader) fetch(partition int) engine.Fetch {
	batches := r.batches[partition]
	f := engine.Fetch{Partition: strconv.Itoa(partition), Waiting: -1, End: r.turn+1 >= len(batches)}
	if r.turn < len(batches) {
		f.Rows = r.choose(batches[r.turn])
		f.Offsets = r.positions(r.next[partition], int(f.Rows.NumRows()))
		r.next[partition] += f.Rows.NumRows()
	}
	f.Next = r.next[partition]
	return f
}

// choose takes the columns that were asked for; the values are not copied.
func (r *reader) choose(rows arrow.RecordBatch) arrow.RecordBatch {
	columns := make([]arrow.Array, len(r.columns))
	for i, c := range r.columns {
		columns[i] = rows.Column(c)
	}
	return array.NewRecordBatch(r.schema, columns, rows.NumRows())
}

func (r *reader) positions(from int64, n int) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = from + int64(i)
	}
	return out
}
