package duckdb

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/weirdb/weir/engine"
)

// bookkeeper writes how far the queries have come. Every commit does, so its statements are prepared once: their tables never
// change their columns, and are small. Each is written whole, which DuckDB does with less work than replacing rows in it: a
// DELETE of all rows looks at none of them, and a JSON parameter is one value for any number of rows.
type bookkeeper struct {
	dropPositions, addPositions, dropState, addState, setEpoch *statement
}

// reachedSQL adds the column of a query's watermark in the whole source. Databases of an earlier weir have none.
const reachedSQL = `ALTER TABLE weir.positions ADD COLUMN IF NOT EXISTS reached TIMESTAMP`

var addPositions = fmt.Sprintf(`INSERT INTO weir.positions BY NAME SELECT p.query, p.source, p.part AS "partition", p.next, %s AS watermark, %s AS reached
	FROM (SELECT unnest(from_json($1::VARCHAR::JSON,
		'[{"query": "VARCHAR", "source": "VARCHAR", "part": "VARCHAR", "next": "BIGINT", "watermark": "BIGINT", "reached": "BIGINT"}]')) AS p)`,
	timeSQL("p.watermark"), timeSQL("p.reached"))

// timeSQL turns µs, with DuckDB's infinities at the ends, into a TIMESTAMP.
func timeSQL(micros string) string {
	return fmt.Sprintf(`CASE %[1]s WHEN 9223372036854775807 THEN 'infinity'::TIMESTAMP WHEN -9223372036854775807 THEN '-infinity'::TIMESTAMP
		ELSE make_timestamp(%[1]s) END`, micros)
}

const addState = `INSERT INTO weir.state_files SELECT f.query, f.name, f.stage, f.log, f.epoch, f.bytes
	FROM (SELECT unnest(from_json($1::VARCHAR::JSON,
		'[{"query": "VARCHAR", "name": "VARCHAR", "stage": "INTEGER", "log": "BOOLEAN", "epoch": "BIGINT", "bytes": "UBIGINT"}]')) AS f)`

func newBookkeeper(s *session) (*bookkeeper, error) {
	b := &bookkeeper{}
	for _, p := range []struct {
		to  **statement
		sql string
	}{
		{&b.dropPositions, "DELETE FROM weir.positions"}, {&b.addPositions, addPositions},
		{&b.dropState, "DELETE FROM weir.state_files"}, {&b.addState, addState},
		{&b.setEpoch, `UPDATE weir.checkpoint SET epoch = $1, "at" = now()`},
	} {
		var err error
		if *p.to, err = s.prepare(p.sql); err != nil {
			b.close()
			return nil, err
		}
	}
	return b, nil
}

func (b *bookkeeper) close() {
	for _, p := range []*statement{b.dropPositions, b.addPositions, b.dropState, b.addState, b.setEpoch} {
		if p != nil {
			p.close()
		}
	}
}

// jsonPosition and jsonState are rows of the two tables, as the statements take them.
type jsonPosition struct {
	Query     string `json:"query"`
	Source    string `json:"source"`
	Partition string `json:"part"`
	Next      int64  `json:"next"`
	Watermark int64  `json:"watermark"` // µs, DuckDB's infinities at the ends
	Reached   int64  `json:"reached"`   // likewise
}

type jsonState struct {
	Query string `json:"query"`
	Name  string `json:"name"`
	Stage int    `json:"stage"`
	Log   bool   `json:"log"`
	Epoch int64  `json:"epoch"`
	Bytes uint64 `json:"bytes"`
}

// write puts what has changed from last to next into the tables, in the transaction.
func (b *bookkeeper) write(ctx context.Context, last, next *engine.Checkpoint) error {
	if !slices.Equal(last.Positions, next.Positions) {
		rows := make([]jsonPosition, len(next.Positions))
		for i, p := range next.Positions {
			rows[i] = jsonPosition{p.Query, p.Source, p.Partition, p.Next, int64(timestamp(p.Watermark)), int64(timestamp(p.Reached))}
		}
		if err := replaceAll(ctx, b.dropPositions, b.addPositions, rows); err != nil {
			return err
		}
	}
	if !slices.Equal(last.State, next.State) {
		rows := make([]jsonState, len(next.State))
		for i, f := range next.State {
			rows[i] = jsonState{f.Query, f.Name, f.Stage, f.Log, f.Epoch, f.Bytes}
		}
		if err := replaceAll(ctx, b.dropState, b.addState, rows); err != nil {
			return err
		}
	}
	if err := b.setEpoch.bind(next.Epoch); err != nil {
		return err
	}
	_, err := b.setEpoch.run(ctx)
	return err
}

func replaceAll[R jsonPosition | jsonState](ctx context.Context, drop, add *statement, rows []R) error {
	if _, err := drop.run(ctx); err != nil || len(rows) == 0 {
		return err
	}
	text, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	if err := add.bind(text); err != nil {
		return err
	}
	_, err = add.run(ctx)
	return err
}

// after is the checkpoint that a commit makes of the last one: its positions take the place of those of the same query, source and
// partition, and its state that of its queries.
func after(last *engine.Checkpoint, c *engine.Commit) *engine.Checkpoint {
	next := &engine.Checkpoint{Epoch: c.Epoch}
	moved, restated := map[engine.Position]bool{}, map[string]bool{}
	for _, p := range c.Positions {
		moved[place(p)], restated[p.Query] = true, true
	}
	for _, f := range c.State {
		restated[f.Query] = true
	}
	next.Positions = slices.DeleteFunc(slices.Clone(last.Positions), func(p engine.Position) bool { return moved[place(p)] })
	next.Positions = append(next.Positions, c.Positions...)
	slices.SortFunc(next.Positions, comparePositions)
	next.State = slices.DeleteFunc(slices.Clone(last.State), func(f engine.StateFile) bool { return restated[f.Query] })
	next.State = append(next.State, c.State...)
	return next
}

func comparePositions(a, b engine.Position) int {
	return cmp.Or(cmp.Compare(a.Query, b.Query), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Partition, b.Partition))
}

// place is a position without how far it is.
func place(p engine.Position) engine.Position {
	return engine.Position{Query: p.Query, Source: p.Source, Partition: p.Partition}
}
