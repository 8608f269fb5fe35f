package nexmark

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/connectors/generated"
	"github.com/weirdb/weir/connectors/generated/generatedtest"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// idle are timelines with a clock that nobody moves.
func idle() *generated.Timelines { return generated.NewTimelines(generatedtest.NewClock()) }

// textsOfSeed1 are made once: they are the same for each source.
var textsOfSeed1 = sync.OnceValue(func() *texts { return newTexts(1) })

// configure makes a source as CREATE SOURCE would.
func configure(t testing.TB, given map[string]string, shared *generated.Timelines) *source {
	t.Helper()
	o, err := engine.Validate(given, Connector.SourceOptions)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSource(engine.SourceConfig{Name: given["table"], Options: o}, shared)
	if err != nil {
		t.Fatal(err)
	}
	if s.key.seed == 1 {
		s.texts = textsOfSeed1
	}
	return s
}

func open(t testing.TB, s *source, o engine.ReadOptions) engine.Reader {
	t.Helper()
	if o.Columns == nil {
		o.Columns = s.table.fields()
	}
	r, err := s.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// row is one event as it was read.
type row struct {
	partition string
	offset    int64
	values    []any
}

// drain reads to the end.
func drain(t testing.TB, r engine.Reader) []row {
	t.Helper()
	var rows []row
	for _, f := range generatedtest.Drain(t, r) {
		rows = append(rows, readFetch(t, f)...)
	}
	return rows
}

func readFetch(t testing.TB, f engine.Fetch) []row {
	t.Helper()
	defer f.Rows.Release()
	rows := make([]row, len(f.Offsets))
	for i, at := range f.Offsets {
		rows[i] = row{partition: f.Partition, offset: at, values: readRow(t, f.Rows, i)}
	}
	return rows
}

func readRow(t testing.TB, b arrow.RecordBatch, i int) []any {
	t.Helper()
	values := make([]any, b.NumCols())
	for c := range values {
		switch a := b.Column(c).(type) {
		case *array.Int64:
			values[c] = a.Value(i)
		case *array.Timestamp:
			values[c] = int64(a.Value(i))
		case *array.String:
			values[c] = a.Value(i)
		default:
			t.Fatalf("column %d is %T", c, a)
		}
	}
	return values
}

// read drains a source with the given options beside table and events.
func read(t testing.TB, table, events string, more map[string]string) []row {
	t.Helper()
	return readOnly(t, table, events, more)
}

// readOnly reads the named columns; without any, all.
func readOnly(t testing.TB, table, events string, more map[string]string, names ...string) []row {
	t.Helper()
	given := map[string]string{"table": table, "events": events}
	maps.Copy(given, more)
	s := configure(t, given, idle())
	return drain(t, open(t, s, engine.ReadOptions{Columns: choose(t, s.table, names)}))
}

// choose finds columns by their names; nil, for all, if there are no names.
func choose(t testing.TB, from *table, names []string) []types.Field {
	t.Helper()
	var fields []types.Field
	for _, name := range names {
		i := slices.IndexFunc(from.fields(), func(f types.Field) bool { return f.Name == name })
		if i < 0 {
			t.Fatalf("table %s has no column %s", from.name, name)
		}
		fields = append(fields, from.fields()[i])
	}
	return fields
}

// numbers returns one column's whole numbers.
func numbers(rows []row, c int) []int64 {
	out := make([]int64, len(rows))
	for i := range rows {
		out[i] = rows[i].values[c].(int64)
	}
	return out
}
