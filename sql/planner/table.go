package planner

import (
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/duckplan"
)

// DefineTable makes a plain table of the result database known under its name, and returns its columns. Mistakes come
// back as *duckplan.Mistake or *duckplan.Unsupported.
func (p *Planner) DefineTable(name string, columns []Column) ([]types.Field, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &Source{Name: name, EventTime: -1, Table: true}
	err := p.createStandIn(s, columns)
	return s.Columns, err
}

// DropTable forgets a table.
func (p *Planner) DropTable(name string) error { return p.DropSource(name) }

// isStatic reports whether an operator's rows come from plain tables alone.
func (b *builder) isStatic(op duckplan.Operator) bool {
	switch op := op.(type) {
	case *duckplan.Get:
		s, ok := b.sources[op.Function]
		return ok && s.Table
	case *duckplan.CTERef:
		return b.isStatic(b.ctes[op.ID])
	case *duckplan.Join:
		if b.undelimit(op) != nil {
			return true
		}
	}
	inputs := duckplan.Inputs(op)
	for _, in := range inputs {
		if !b.isStatic(in) {
			return false
		}
	}
	return len(inputs) > 0
}

// side builds one side of a join. Where rows are written once, what comes from tables alone still changes: it is looked up.
func (b *builder) side(op duckplan.Operator) (plan.Node, error) {
	final := b.final
	defer func() { b.final = final }()
	b.final = final && !b.isStatic(op)
	return b.build(op)
}

// lookup joins rows that are written once with a table as it is when they come; nil if the join is not of that kind.
func (b *builder) lookup(j *joining) (plan.Node, error) {
	left, right := plan.Static(j.left), plan.Static(j.right)
	if !b.final || left == right {
		return nil, nil
	}
	n := &plan.Join{Left: j.left, Right: j.right, Kind: j.kind, Keys: j.keys, Residual: j.residual, Lookup: true}
	if left {
		return mirrored(n)
	}
	if n.Kind == plan.RightJoin || n.Kind == plan.FullJoin {
		return nil, noLookup(n.Kind)
	}
	return n, nil
}

func noLookup(kind plan.JoinKind) error {
	return &neverCloses{"a " + string(kind) + " join that keeps a table's rows", "let the table be the optional side: FROM source LEFT JOIN table", -1}
}

// mirrored is a look-up whose table stands on the left: the sides change places, and the columns go back to theirs.
func mirrored(n *plan.Join) (plan.Node, error) {
	turned := map[plan.JoinKind]plan.JoinKind{plan.InnerJoin: plan.InnerJoin, plan.RightJoin: plan.LeftJoin}
	kind, ok := turned[n.Kind]
	if !ok {
		return nil, noLookup(n.Kind)
	}
	wide, narrow := len(n.Left.Columns()), len(n.Right.Columns())
	out := &plan.Join{Left: n.Right, Right: n.Left, Kind: kind, Lookup: true}
	for _, k := range n.Keys {
		out.Keys = append(out.Keys, plan.KeyPair{Left: k.Right, Right: k.Left, Nulls: k.Nulls})
	}
	for _, e := range n.Residual {
		out.Residual = append(out.Residual, e.Rewrite(func(x *plan.Expr) *plan.Expr {
			if x.Kind != plan.Column {
				return x
			}
			c := *x
			if c.Index += narrow; c.Index >= wide+narrow {
				c.Index -= wide + narrow
			}
			return &c
		}))
	}
	columns := make([]int, 0, wide+narrow)
	for i := range wide {
		columns = append(columns, narrow+i)
	}
	return kept(out, append(columns, identity(narrow)...)), nil
}

// looksUp reports whether some node looks a table up.
func looksUp(root plan.Node) (found bool) {
	plan.Walk(root, func(n plan.Node) {
		j, ok := n.(*plan.Join)
		found = found || ok && j.Lookup
	})
	return found
}
