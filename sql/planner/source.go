package planner

import (
	"fmt"
	"strings"
	"time"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/duckplan"
	"github.com/weirdb/weir/sql/parse"
)

// Source is what the planner knows of a source.
type Source struct {
	Name      string
	Columns   []types.Field
	EventTime int           // position in Columns of the WATERMARK column, -1 if there is none
	Delay     time.Duration // by which the watermark stays behind the highest event time
	Table     bool          // a plain table of the result database
	// Unique says which events count once; nil if all count. It is set before the source is read.
	Unique *plan.UniqueKey
}

// Column declares one column of a source: DuckDB parses Type.
type Column struct {
	Name string
	Type string
}

// DefineSource makes a source known under its name. Watermark is the expression of WATERMARK FOR column, over the source's
// columns; both are empty if there is none. Mistakes come back as *duckplan.Mistake or *duckplan.Unsupported.
func (p *Planner) DefineSource(name string, columns []Column, eventTime, watermark string) (*Source, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &Source{Name: name, EventTime: -1}
	if err := p.createStandIn(s, columns); err != nil {
		return nil, err
	}
	if watermark != "" {
		if err := p.resolveWatermark(s, eventTime, watermark); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// DropSource forgets a source.
func (p *Planner) DropSource(name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.exec("DROP VIEW IF EXISTS " + types.QuoteIdent(name))
}

// createStandIn makes the view that stands for the source. Its types are those of an empty table with the declared columns;
// where a table function cannot return a type (JSON), the view casts to it.
func (p *Planner) createStandIn(s *Source, columns []Column) error {
	defs := make([]string, len(columns))
	casts := make([]string, len(columns))
	for i, c := range columns {
		defs[i] = types.QuoteIdent(c.Name) + " " + c.Type
	}
	if err := p.exec("CREATE OR REPLACE TEMP TABLE weir_columns (" + strings.Join(defs, ", ") + ")"); err != nil {
		return &duckplan.Mistake{Message: cleanMessage(err), Position: -1}
	}
	if err := p.resolveTypes(s, columns); err != nil {
		return err
	}
	infos, err := columnInfos(p.conn, "SELECT * FROM weir_columns")
	if err != nil {
		return fmt.Errorf("planner: source %s: column types: %w", s.Name, err)
	}
	for i, c := range s.Columns {
		column := types.QuoteIdent(c.Name)
		casts[i] = column
		if hasJSON(c.Type) {
			casts[i] = fmt.Sprintf("CAST(%s AS %s) AS %s", column, c.Type, column)
		}
	}
	function := fmt.Sprintf("weir_scan_%d", len(p.sources))
	if err := registerStandIn(p.conn, function, infos); err != nil {
		return fmt.Errorf("planner: source %s: %w", s.Name, err)
	}
	p.sources[function] = s
	return p.exec(fmt.Sprintf("CREATE OR REPLACE VIEW %s AS SELECT %s FROM %s()", types.QuoteIdent(s.Name), strings.Join(casts, ", "), function))
}

func hasJSON(t types.Type) bool {
	for _, f := range t.Fields {
		if hasJSON(f.Type) {
			return true
		}
	}
	return t.ID == types.JSON
}

// resolveTypes asks DuckDB what the declared types are, by planning casts to them.
func (p *Planner) resolveTypes(s *Source, columns []Column) error {
	casts := make([]string, len(columns))
	for i, c := range columns {
		casts[i] = "CAST(NULL AS " + c.Type + ")"
	}
	root, err := p.duckPlan("SELECT " + strings.Join(casts, ", ") + " FROM range(1)")
	if err != nil {
		return err
	}
	projection, ok := root.(*duckplan.Projection)
	if !ok || len(projection.Exprs) != len(columns) {
		return fmt.Errorf("planner: source %s: column types: unexpected plan %T", s.Name, root)
	}
	for i, c := range columns {
		s.Columns = append(s.Columns, types.Field{Name: c.Name, Type: projection.Exprs[i].Type})
	}
	return nil
}

// cleanMessage drops DuckDB's excerpt of a text that the user has not written.
func cleanMessage(err error) string {
	message := err.Error()
	if at := strings.Index(message, "\n\nLINE "); at >= 0 {
		message = message[:at]
	}
	if _, after, found := strings.Cut(message, "Error: "); found {
		message = after
	}
	return message
}

// resolveWatermark accepts "column" and "column - INTERVAL 'constant'".
func (p *Planner) resolveWatermark(s *Source, column, expr string) error {
	s.EventTime = columnIndex(s.Columns, column)
	if s.EventTime < 0 {
		return &duckplan.Mistake{Message: fmt.Sprintf("WATERMARK FOR %s: the source has no such column", column), Position: -1}
	}
	if t := s.Columns[s.EventTime].Type; t.ID != types.Timestamp && t.ID != types.TimestampTZ {
		return &duckplan.Mistake{Message: fmt.Sprintf("WATERMARK FOR %s: event time must be TIMESTAMP or TIMESTAMP WITH TIME ZONE, not %s", column, t), Position: -1}
	}
	root, err := p.duckPlan(fmt.Sprintf("SELECT %s FROM %s", expr, types.QuoteIdent(s.Name)))
	if err != nil {
		return err
	}
	e := soleExpr(root)
	if e != nil && e.Kind == plan.Column && e.Alias == s.Columns[s.EventTime].Name {
		return nil
	}
	delay, ok := constantDelay(e, s.Columns[s.EventTime].Name)
	if !ok {
		return &duckplan.Mistake{Message: fmt.Sprintf("WATERMARK FOR %s AS %s: write %s - INTERVAL '4 seconds', with a constant of days or less that is not negative", column, expr, column), Position: -1}
	}
	s.Delay = delay
	return nil
}

func columnIndex(columns []types.Field, name string) int {
	for i, c := range columns {
		if strings.EqualFold(c.Name, name) {
			return i
		}
	}
	return -1
}

// soleExpr is the expression at the top of a one-column plan.
func soleExpr(root duckplan.Operator) *plan.Expr {
	if op, ok := root.(*duckplan.Projection); ok && len(op.Exprs) == 1 {
		return op.Exprs[0]
	}
	return nil
}

func constantDelay(e *plan.Expr, column string) (time.Duration, bool) {
	if e == nil || e.Kind != plan.Call || e.Name != "-" || len(e.Args) != 2 {
		return 0, false
	}
	from, span := e.Args[0], e.Args[1]
	if from.Kind != plan.Column || from.Alias != column || span.Kind != plan.Literal || span.Value.Interval == nil {
		return 0, false
	}
	i := span.Value.Interval
	delay := time.Duration(i.Days)*24*time.Hour + time.Duration(i.Micros)*time.Microsecond
	return delay, i.Months == 0 && delay >= 0
}

// Columns turns parsed column definitions into declarations.
func Columns(text string, defs []parse.ColumnDef) []Column {
	out := make([]Column, len(defs))
	for i, d := range defs {
		out[i] = Column{Name: d.Name, Type: d.Type.Of(text)}
	}
	return out
}
