package simulation

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators"
	"github.com/weirdb/weir/sql/catalog"
)

// delay is the watermark's of every source, as sourcesSQL says.
const delay = 5 * time.Second

const sourcesSQL = `
CREATE SOURCE orders (id BIGINT, k VARCHAR, v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds')
WITH (connector = 'script', format = 'json');
CREATE SOURCE clicks (id BIGINT, k VARCHAR, v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds')
WITH (connector = 'script', format = 'json');
CREATE SOURCE payments (id BIGINT, k VARCHAR, v INTEGER, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '5 seconds')
WITH (connector = 'script', format = 'json', unique_key = 'id', unique_within = '1 minute');
`

// viewDef is a view to draw. Its rows hold the ids of the events behind them, or sums of these, so that an event that is lost or counted
// twice shows, and so does a late row's origin.
type viewDef struct {
	name, with, text string
	// whole says that the view's table is the batch over what was read, whatever the order, at each commit: no row is ever late.
	whole bool
	// calm says that with late rows the result depends on the order in which events come, by more than which were late.
	calm bool
	// windowed says that an event can be late for one of its windows only: late rows count by window.
	windowed bool
	// keep is for how long rows stay in the view's table; 0 for ever. Its windows are of retainedSize.
	keep time.Duration
}

// retainedSize is the size of the windows of a view with retention.
const retainedSize = 10 * time.Second

// viewDefs are the views, those that others read first.
var viewDefs = []viewDef{
	{name: "copied", whole: true, text: `SELECT id, k, v * 2 AS w FROM orders WHERE v % 3 <> 0`},
	{name: "tumbling", text: `SELECT window_start, k, count(*) AS n, sum(id) AS ids, sum(v) AS v, min(v) AS low, max(v) AS high, avg(v) AS mean
		FROM tumble(orders, ts, INTERVAL '10 seconds') GROUP BY ALL`},
	{name: "tumbling_now", with: `emit = 'changes'`, text: `SELECT window_start, k, count(*) AS n, sum(id) AS ids, max(v) AS high
		FROM tumble(orders, ts, INTERVAL '10 seconds') GROUP BY ALL`},
	{name: "hopping", windowed: true, text: `SELECT window_start, k, count(*) AS n, sum(id) AS ids
		FROM hop(orders, ts, INTERVAL '5 seconds', INTERVAL '20 seconds') GROUP BY ALL`},
	{name: "sessions", text: `SELECT window_start, window_end, k, count(*) AS n, sum(id) AS ids
		FROM session(orders, ts, INTERVAL '3 seconds', k) GROUP BY ALL`},
	{name: "different", text: `SELECT window_start, count(DISTINCT v) AS n, count(DISTINCT k) AS ks, sum(id) AS ids
		FROM tumble(orders, ts, INTERVAL '20 seconds') GROUP BY ALL`},
	{name: "seen", whole: true, text: `SELECT DISTINCT k, v FROM orders`},
	{name: "totals", whole: true, text: `SELECT k, count(*) AS n, sum(v) AS v, sum(id) AS ids, max(id) AS last FROM orders GROUP BY k`},
	{name: "over_all", whole: true, text: `SELECT count(*) AS n, sum(id) AS ids FROM orders`},
	{name: "near", text: `SELECT o.id AS o, c.id AS c, o.k FROM orders o JOIN clicks c
		ON o.k = c.k AND c.ts BETWEEN o.ts - INTERVAL '4 seconds' AND o.ts + INTERVAL '4 seconds'`},
	{name: "near_or_none", text: `SELECT o.id AS o, c.id AS c FROM orders o LEFT JOIN clicks c
		ON o.k = c.k AND c.ts BETWEEN o.ts AND o.ts + INTERVAL '6 seconds'`},
	{name: "both_counts", whole: true, text: `SELECT k, n, m, ids, jds FROM (SELECT k, count(*) AS n, sum(id) AS ids FROM orders GROUP BY k)
		JOIN (SELECT k, count(*) AS m, sum(id) AS jds FROM clicks GROUP BY k) USING (k)`},
	{name: "with_counts", whole: true, text: `SELECT o.id AS o, c.ids FROM orders o
		LEFT JOIN (SELECT k, v, sum(id) AS ids FROM clicks GROUP BY k, v) c ON o.k = c.k AND o.v = c.v`},
	{name: "best", whole: true, text: `SELECT k, id, v FROM orders QUALIFY row_number() OVER (PARTITION BY k ORDER BY v DESC, id) <= 3`},
	{name: "highest", whole: true, text: `SELECT id, k, v FROM orders ORDER BY v DESC, id LIMIT 4`},
	{name: "before", text: `SELECT o.id AS o, c.id AS c FROM orders o ASOF LEFT JOIN clicks c ON o.k = c.k AND o.ts >= c.ts`},
	{name: "per_minute", text: `SELECT time_bucket(INTERVAL '1 minute', window_start) AS minute, k, sum(n) AS n, sum(ids) AS ids
		FROM tumbling GROUP BY ALL`},
	{name: "most", whole: true, text: `SELECT max(n) AS n, sum(ids) AS ids, count(*) AS ks FROM totals`},
	{name: "corrected", with: `allowed_lateness = '20 seconds'`, text: `SELECT window_start, k, count(*) AS n, sum(id) AS ids, max(v) AS high
		FROM tumble(orders, ts, INTERVAL '10 seconds') GROUP BY ALL`},
	{name: "lately", with: `state_ttl = '30 seconds'`, calm: true, text: `SELECT k, count(*) AS n, sum(id) AS ids FROM orders GROUP BY k`},
	{name: "kept", with: `retention = '40 seconds'`, keep: 40 * time.Second, text: `SELECT window_start, count(*) AS n, sum(id) AS ids
		FROM tumble(clicks, ts, INTERVAL '10 seconds') GROUP BY ALL`},
	{name: "paid", calm: true, text: `SELECT window_start, k, count(*) AS n, sum(id) AS ids FROM tumble(payments, ts, INTERVAL '10 seconds') GROUP BY ALL`},
	{name: "paid_in_all", calm: true, text: `SELECT k, count(*) AS n, sum(id) AS ids FROM payments GROUP BY k`},
}

// pipeline is what the texts mean, planned once for all seeds.
type pipeline struct {
	catalog *catalog.Catalog
	views   []*view
}

// view is a planned view.
type view struct {
	viewDef
	*catalog.View
}

var planned = sync.OnceValues(plan)

func plan() (*pipeline, error) {
	connector := engine.Connector{
		Name: "script", Doc: "Events that a seed makes up.", AnyTime: true, Holds: true, Formats: []string{"json"},
		Source: func(engine.SourceConfig) (engine.Source, error) {
			return nil, errors.New("the simulation brings its own")
		},
	}
	c, planner, err := node.NewCatalog([]engine.Connector{connector}, nil)
	if err != nil {
		return nil, err
	}
	defer planner.Close()
	if _, err := c.Apply(statements()); err != nil {
		return nil, err
	}
	p := &pipeline{catalog: c}
	for _, d := range viewDefs {
		p.views = append(p.views, &view{d, c.View(d.name)})
	}
	return p, nil
}

// statements are all definitions.
func statements() string {
	text := sourcesSQL
	for _, d := range viewDefs {
		with := d.with
		if with != "" {
			with = " WITH (" + with + ")"
		}
		text += fmt.Sprintf("CREATE MATERIALIZED VIEW %s%s AS %s;\n", d.name, with, d.text)
	}
	return text
}

// build compiles the view. Nothing in it needs DuckDB, which knows nothing of the bubble.
func (v *view) build() (engine.Query, error) {
	q, err := operators.Build(v.name, v.Plan, v.Columns, operators.Config{Evaluator: noDuckDB{}, Tables: noDuckDB{}})
	if v.keep > 0 {
		q.Retention = &engine.Retention{Keep: engine.Time(v.keep.Microseconds()), Expired: expiredBefore}
	}
	return q, err
}

// noDuckDB refuses to compute.
type noDuckDB struct{}

// Eval implements engine.Evaluator.
func (noDuckDB) Eval(exprs []string, _ *arrow.Schema, _ arrow.RecordBatch) (arrow.RecordBatch, error) {
	return nil, fmt.Errorf("the simulation has no DuckDB to compute %q", exprs)
}

// Query implements engine.Tables.
func (noDuckDB) Query(sql string, _ []engine.Table, _ []types.Type) (arrow.RecordBatch, error) {
	return nil, fmt.Errorf("the simulation has no DuckDB to compute %q", sql)
}
