package planner

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/duckplan"
	"github.com/weirdb/weir/sql/scoring"
)

// Detectors tells of the detectors that there are.
type Detectors struct {
	// Check refuses a method that there is not, or options that it does not take.
	Check func(method string, columns int, options map[string]any) error
	// State says what a method keeps of a key, for EXPLAIN: "24 bytes".
	State func(method string) string
}

// ask implements engine.Ask.
func (p *Planner) ask(query, argument string) (answer string, err error) {
	err = p.conn.QueryRowContext(context.Background(), query, argument).Scan(&answer)
	return answer, err
}

// planned is a query as the planner's DuckDB binds it.
func (p *Planner) planned(query string) (engine.Rewritten, error) {
	return scoring.Rewriter{Check: p.config.Detectors.check, Planned: true}.Rewrite(query, p.ask)
}

// computed is a query as a DuckDB computes it.
func (p *Planner) computed(query string) (string, error) {
	written, err := scoring.Rewriter{Check: p.config.Detectors.check}.Rewrite(query, p.ask)
	return written.SQL, err
}

// rewriteMacro makes both forms of a macro's definition.
func (p *Planner) rewriteMacro(m *Macro) (*userMacro, error) {
	r := scoring.Rewriter{Check: p.config.Detectors.check}
	computed, err := r.Macro(m.Text, m.Table, p.ask)
	if err != nil {
		return nil, err
	}
	m.Computed = computed.SQL
	r.Planned = true
	planned, err := r.Macro(m.Text, m.Table, p.ask)
	return &userMacro{Macro: *m, planned: planned}, err
}

func (d Detectors) check(method string, columns int, options map[string]any) error {
	if d.Check == nil {
		return fmt.Errorf("there are no detectors here")
	}
	return d.Check(method, columns, options)
}

// registerDetectorMarker makes the function known that stands for a detector: weir_anomaly(spec, x, …).
func registerDetectorMarker(conn *sql.Conn) error {
	m := &detectorMarker{}
	for _, t := range []types.Type{types.Of(types.Varchar), types.Of(types.Double), plan.Scored()} {
		infos, err := columnInfos(conn, "SELECT NULL::"+t.String())
		if err != nil {
			return fmt.Errorf("planner: register %s: %w", plan.DetectorMarker, err)
		}
		m.types = append(m.types, infos[0].T)
	}
	if err := duckdb.RegisterScalarUDF(conn, plan.DetectorMarker, m); err != nil {
		return fmt.Errorf("planner: register %s: %w", plan.DetectorMarker, err)
	}
	return nil
}

// detectorMarker exists to be planned, never to be run: DuckDB leaves a call of constants, which fails, as it is.
type detectorMarker struct{ types []duckdb.TypeInfo }

// Config implements duckdb.ScalarFunc.
func (m *detectorMarker) Config() duckdb.ScalarFuncConfig {
	return duckdb.ScalarFuncConfig{InputTypeInfos: m.types[:2], VariadicTypeInfo: m.types[1], ResultTypeInfo: m.types[2]}
}

// Executor implements duckdb.ScalarFunc.
func (m *detectorMarker) Executor() duckdb.ScalarFuncExecutor { return marker{}.Executor() }

// readDetector makes a detector of a call that stands for one: last_value(weir_anomaly(spec, x, …)).
func readDetector(c *plan.OverCall) (err error) {
	if c.Name != "last_value" || len(c.Args) != 1 || c.Args[0].Kind != plan.Call || c.Args[0].Name != plan.DetectorMarker {
		return nil
	}
	args := c.Args[0].Args
	if c.Detector, err = plan.DetectorOf(args[0].Value.Text); err != nil {
		return fmt.Errorf("planner: %w", err)
	}
	c.Name, c.Args = c.Detector.Function(), args[1:]
	return nil
}

// checkTime wants a detector's call, whose expressions have their names, to be ordered by a time.
func checkTime(c *plan.OverCall) error {
	if c.Detector == nil {
		return nil
	}
	t := c.Orders[0].Expr.Type
	if t.ID == types.Timestamp || t.ID == types.TimestampTZ || t.ID == types.Date {
		return nil
	}
	return &duckplan.Mistake{
		Message:  fmt.Sprintf("%s(…) OVER takes rows as time passes, and %s is %s: order by a TIMESTAMP", c.Name, c.Orders[0].Expr, t),
		Position: c.Pos,
	}
}

// twinsOf finds, for each call, the first that is the same, and marks the others as done. DuckDB repeats the call of a detector wherever its alias
// is used, in another column or in QUALIFY: it is to be computed once.
func twinsOf(calls []plan.OverCall) (twins []int, done []bool) {
	twins, done = identity(len(calls)), make([]bool, len(calls))
	for i := range calls {
		for k := range calls[:i] {
			if calls[i].Detector != nil && calls[k].Detector != nil && calls[i].SQL(byPosition) == calls[k].SQL(byPosition) {
				twins[i], done[i] = k, true
				break
			}
		}
	}
	return twins, done
}

// scoredColumns makes columns of what detectors score, behind those of from.
func scoredColumns(from plan.Node, calls []plan.OverCall) (plan.Node, []plan.OverCall) {
	out := append([]plan.OverCall(nil), calls...)
	for i := range out {
		if out[i].Detector == nil {
			continue
		}
		var at []int
		from, at = columnsAnd(from, out[i].Args)
		out[i].Args = make([]*plan.Expr, len(at))
		for k, column := range at {
			out[i].Args[k] = plan.Col(column, scoredName(calls[i].Args[k]), from.Columns()[column].Type)
		}
	}
	return from, out
}

// scoredName is what EXPLAIN calls what is scored: without the cast that makes a DOUBLE of it.
func scoredName(e *plan.Expr) string {
	if e.Kind == plan.Cast {
		return nameOf(e.Args[0])
	}
	return nameOf(e)
}

// describe fills in what EXPLAIN says of detectors.
func (p *Planner) describe(root plan.Node) {
	if p.config.Detectors.State == nil {
		return
	}
	plan.Walk(root, func(n plan.Node) {
		over, ok := n.(*plan.Over)
		if !ok {
			return
		}
		for i := range over.Calls {
			if d := over.Calls[i].Detector; d != nil {
				d.Keeps = p.config.Detectors.State(d.Method)
			}
		}
	})
}
