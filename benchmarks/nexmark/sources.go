package nexmark

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/connectors/nexmark"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

const (
	partitions = "4"
	sideInput  = "side_input" // the table that q13 joins, in a file
	sideRows   = 10_000
)

// tables are the sources of one benchmark: Weir reads them, the judge has them as tables.
type tables struct {
	dir          string
	events, seed string
}

// sidePath is the file of the side input.
func (t tables) sidePath() string { return filepath.Join(t.dir, sideInput+".csv") }

// writeSide writes the side input: a key from 0 and its text.
func (t tables) writeSide() error {
	var b strings.Builder
	b.WriteString("key,value\n")
	for key := range sideRows {
		fmt.Fprintf(&b, "%d,value of %d\n", key, key)
	}
	return os.WriteFile(t.sidePath(), []byte(b.String()), 0o600)
}

// statements are the CREATE SOURCEs of some tables.
func (t tables) statements(names []string) string {
	var b strings.Builder
	for _, name := range names {
		if name == sideInput {
			fmt.Fprintf(&b, "CREATE SOURCE %s (key BIGINT, value VARCHAR) WITH (connector = 'file', path = %s, format = 'csv');\n",
				name, types.QuoteString(t.sidePath()))
			continue
		}
		fmt.Fprintf(&b, "CREATE SOURCE %s WITH (connector = 'nexmark', table = '%s', events = '%s', seed = '%s', partitions = '%s');\n",
			name, name, t.events, t.seed, partitions)
	}
	return b.String()
}

// load makes the tables in the judge's database: the generator is asked once more, and gives the same events.
func (t tables) load(ctx context.Context, judge *bench.Judge) error {
	for _, name := range []string{"person", "auction", "bid"} {
		if err := t.loadOne(ctx, judge, name); err != nil {
			return err
		}
	}
	return judge.Exec(ctx, fmt.Sprintf("CREATE TABLE %s AS FROM read_csv(%s, columns = {key: 'BIGINT', value: 'VARCHAR'})",
		sideInput, types.QuoteString(t.sidePath())))
}

func (t tables) loadOne(ctx context.Context, judge *bench.Judge, name string) error {
	given := map[string]string{"table": name, "events": t.events, "seed": t.seed, "partitions": partitions}
	options, err := engine.Validate(given, nexmark.Connector.SourceOptions)
	if err != nil {
		return err
	}
	columns, _, _, schemaErr := nexmark.Schema(options)
	source, err := nexmark.Connector.Source(engine.SourceConfig{Name: name, Columns: columns, Options: options})
	if err := errors.Join(schemaErr, err); err != nil {
		return err
	}
	events, err := bench.OpenEvents(ctx, source, columns)
	if err != nil {
		return err
	}
	defer events.Release()
	return judge.Load(ctx, name, events)
}
