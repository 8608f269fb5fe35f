package planner

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/duckplan"
)

// builder translates one logical plan.
type builder struct {
	sources map[string]*Source // by scan function
	check   func(*plan.AggregateCall) error
	// checkRetracts is check for calls over input that takes rows back.
	checkRetracts func(*plan.AggregateCall) error
	final         bool                      // rows are to be written once; otherwise, every change is
	ttl           time.Duration             // rows older than this do not count; 0 if all do
	lateness      time.Duration             // windows that have closed are corrected for so long
	ctes          map[int]duckplan.Operator // definitions, by number
	// rankings are nodes that compute row_number() or rank() and nothing else.
	rankings map[*plan.Relational]ranking
}

func (b *builder) build(op duckplan.Operator) (plan.Node, error) {
	switch op := op.(type) {
	case *duckplan.Get:
		return b.scan(op)
	case *duckplan.Filter:
		return b.filter(op)
	case *duckplan.Projection:
		return b.project(op)
	case *duckplan.Aggregate:
		return b.aggregate(op)
	case *duckplan.Distinct:
		return b.distinct(op)
	case *duckplan.OrderBy: // a table has no order
		return b.orderBy(op)
	case *duckplan.Limit:
		return b.limit(op)
	case *duckplan.Join:
		return b.join(op)
	case *duckplan.DelimJoin:
		return b.join(&op.Join)
	case *duckplan.DelimGet:
		return b.delimGet(op)
	case *duckplan.Window:
		return b.over(op)
	case *duckplan.Unnest:
		return b.unnest(op)
	case *duckplan.SetOperation:
		return b.setOperation(op)
	case *duckplan.CTE:
		b.ctes[op.ID] = op.Definition
		return b.build(op.From)
	case *duckplan.CTERef: // computed anew in each place
		return b.build(b.ctes[op.ID])
	case *duckplan.DummyScan, *duckplan.Values, *duckplan.EmptyResult:
		return b.constants(op)
	}
	return nil, refuse(op)
}

func (b *builder) orderBy(op *duckplan.OrderBy) (plan.Node, error) {
	from, err := b.build(op.From)
	if err != nil || op.Kept == nil {
		return from, err
	}
	return kept(from, op.Kept), nil
}

func (b *builder) scan(op *duckplan.Get) (plan.Node, error) {
	source, ok := b.sources[op.Function]
	if constantTables[op.Function] {
		return b.tableFunction(op)
	}
	if !ok {
		return nil, &duckplan.Foreign{
			Unsupported: duckplan.Unsupported{Construct: "the table function " + op.Function, Instead: "name a source after FROM", Position: -1},
			Keyword:     op.Function,
		}
	}
	if source.Table && b.final {
		return nil, &neverCloses{"the table " + source.Name + " that is not joined with a source", "join it, or use emit = 'changes'", -1}
	}
	s := &plan.Scan{Source: source.Name, Table: source.Table, EventTime: -1, Unique: source.Unique}
	for i, at := range op.Read {
		if at == source.EventTime {
			s.EventTime = i
		}
		s.Read = append(s.Read, source.Columns[at])
	}
	if b.ttl > 0 && !source.Table {
		return b.expire(s, source)
	}
	return s, nil
}

// expire takes the rows of a scan back when they are older than state_ttl.
func (b *builder) expire(s *plan.Scan, source *Source) (plan.Node, error) {
	if source.EventTime < 0 {
		return nil, &duckplan.Mistake{Message: "state_ttl: source " + source.Name + " has no WATERMARK to tell how old its rows are", Position: -1}
	}
	width := len(s.Read)
	if s.EventTime < 0 {
		s.EventTime, s.Read = width, append(s.Read, source.Columns[source.EventTime])
	}
	n := &plan.Expire{From: s, Time: s.EventTime, TTL: b.ttl.Microseconds()}
	if len(s.Read) == width {
		return n, nil
	}
	return kept(n, identity(width)), nil
}

// settle gives an operator's expressions the names and types of its input, drops casts that change nothing, and refuses
// markers of windows that have no operator.
func settle(exprs []*plan.Expr, input []types.Field) ([]*plan.Expr, error) {
	out := make([]*plan.Expr, len(exprs))
	for i, e := range exprs {
		out[i] = settleExpr(e, input)
		if err := checkMarkers(out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func settleExpr(e *plan.Expr, input []types.Field) *plan.Expr {
	return e.Rewrite(func(x *plan.Expr) *plan.Expr {
		switch {
		case x.Kind == plan.Column:
			c := *x
			c.Name, c.Type = input[x.Index].Name, input[x.Index].Type
			return &c
		case x.Kind == plan.Cast && x.Args[0].Type.Equal(x.Type):
			return x.Args[0]
		}
		return x
	})
}

func checkMarkers(e *plan.Expr) error {
	for _, a := range e.Args {
		if err := checkMarkers(a); err != nil {
			return err
		}
	}
	if e.Kind == plan.Call && e.Name == plan.Try && conditional(e.Args[0]) {
		return &duckplan.Unsupported{
			Construct: "TRY over CASE, COALESCE or IF", Position: e.Pos,
			Instead: "put TRY, or TRY_CAST, around the parts that can fail",
		}
	}
	spec, marked := markers[e.Name]
	if e.Kind != plan.Call || !marked {
		return nil
	}
	for i, name := range spec.sizes {
		if spec.zero && e.Args[i+1].IsConstant() && e.Args[i+1].Value.Interval != nil && *e.Args[i+1].Value.Interval == (plan.Interval{}) {
			continue
		}
		if err := checkSize(spec.window, name, e.Args[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// conditional reports whether an expression evaluates some of its parts for some rows only. DuckDB 1.5 lets errors in them
// through TRY, or crashes.
func conditional(e *plan.Expr) bool {
	if e.Kind == plan.Call && (e.Name == plan.Case || e.Name == plan.Coalesce) {
		return true
	}
	return slices.ContainsFunc(e.Args, conditional)
}

// checkSize wants a positive constant: either months, or days and less.
func checkSize(window, name string, size *plan.Expr) error {
	var problem string
	switch {
	case !size.IsConstant() || size.Value.Interval == nil:
		problem = "must be a constant INTERVAL"
	case size.Value.Interval.Months != 0 && (size.Value.Interval.Days != 0 || size.Value.Interval.Micros != 0):
		problem = "must be either months or days and less, not both"
	case size.Value.Interval.Months < 0 || size.Value.Interval.Days < 0 || size.Value.Interval.Micros < 0 || *size.Value.Interval == (plan.Interval{}):
		problem = "must be positive"
	default:
		return nil
	}
	return &duckplan.Mistake{Message: fmt.Sprintf("%s: the %s %s, such as INTERVAL '10 seconds'", window, name, problem), Position: -1}
}

func (b *builder) filter(op *duckplan.Filter) (plan.Node, error) {
	from, err := b.build(op.From)
	if err != nil {
		return nil, err
	}
	input := from.Columns()
	predicates, err := settle(op.Predicates, input)
	if err != nil {
		return nil, err
	}
	filter := b.filterRanks(from, predicates)
	if filter == nil {
		filter = filterHops(from, predicates)
	}
	if op.Kept == nil {
		return filter, nil
	}
	return kept(filter, op.Kept), nil
}

// kept drops the columns that are not listed.
func kept(from plan.Node, columns []int) plan.Node {
	input := from.Columns()
	exprs := make([]*plan.Expr, len(columns))
	for i, at := range columns {
		exprs[i] = plan.Col(at, input[at].Name, input[at].Type)
	}
	return projectOver(from, exprs, columnNames(exprs))
}

func (b *builder) project(op *duckplan.Projection) (plan.Node, error) {
	if limit, ok := op.From.(*duckplan.Limit); ok && allConstant(op.Exprs) {
		return b.limitAlike(limit, op)
	}
	from, err := b.build(op.From)
	if err != nil {
		return nil, err
	}
	return projectAbove(op, from)
}

// projectAbove puts a projection on a node that is built already.
func projectAbove(op *duckplan.Projection, from plan.Node) (plan.Node, error) {
	exprs, err := settle(op.Exprs, from.Columns())
	if err != nil {
		return nil, err
	}
	return projectOver(from, exprs, columnNames(exprs)), nil
}

// columnNames are what the text calls the expressions, or else what they are.
func columnNames(exprs []*plan.Expr) []string {
	names := make([]string, len(exprs))
	for i, e := range exprs {
		names[i] = nameOf(e)
	}
	return names
}

func nameOf(e *plan.Expr) string {
	switch {
	case e.Kind == plan.Column && strings.HasPrefix(e.Name, e.Alias+"."): // a field of a STRUCT, for which DuckDB has the STRUCT's name
		return e.Name
	case e.Alias != "" && !isNumber(e.Alias): // GROUP BY 1 gives the alias 0
		return e.Alias
	case e.Kind == plan.Column:
		return e.Name
	}
	return e.String()
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }

// projectOver puts a projection on a node, or merges it into one that is there already.
func projectOver(from plan.Node, exprs []*plan.Expr, names []string) plan.Node {
	if isIdentity(exprs, from.Columns()) {
		return from
	}
	if below, ok := from.(*plan.Project); ok && mergeable(exprs, below.Exprs) {
		merged := make([]*plan.Expr, len(exprs))
		for i, e := range exprs {
			merged[i] = e.Bind(below.Exprs)
		}
		return &plan.Project{From: below.From, Exprs: merged, Names: names}
	}
	return &plan.Project{From: from, Exprs: exprs, Names: names}
}

func isIdentity(exprs []*plan.Expr, input []types.Field) bool {
	if len(exprs) != len(input) {
		return false
	}
	for i, e := range exprs {
		if e.Kind != plan.Column || e.Index != i {
			return false
		}
	}
	return true
}

// mergeable reports whether no expression below would be computed twice.
func mergeable(exprs, below []*plan.Expr) bool {
	uses := make([]int, len(below))
	for _, e := range exprs {
		countUses(e, uses)
	}
	for i, n := range uses {
		if n > 1 && below[i].Kind == plan.Call || n > 1 && below[i].Kind == plan.Cast {
			return false
		}
	}
	return true
}

func countUses(e *plan.Expr, uses []int) {
	if e.Kind == plan.Column {
		uses[e.Index]++
	}
	for _, a := range e.Args {
		countUses(a, uses)
	}
}
