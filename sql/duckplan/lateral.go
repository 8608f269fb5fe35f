package duckplan

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// lateral reads a table function that is computed for each row of an input, as unnesting a list: UNNEST(l), range(n) and
// generate_series(n, m) in FROM. The input's first columns are the arguments; of the others, those that the plan names come out behind
// the function's own column.
//
//	get unnest, projected_input [1, 2]       project element, #1, #2
//	  project l, k, l                   ──►    unnest #0
//	    delim get                                project l, k, l
func (o *object) lateral(g *Get, raw json.RawMessage) Operator {
	resolved, err := resolveRefs(raw)
	if err != nil {
		o.fail(err)
		return nil
	}
	from, err := parseOperator(resolved)
	if err != nil {
		o.fail(err)
		return nil
	}
	input, ok := from.(*Projection)
	var arguments []json.RawMessage
	o.take("input_table_types", &arguments)
	if !ok || len(arguments) > len(input.Exprs) || len(g.Columns) != 1 {
		o.fail(fmt.Errorf("duckplan: %s over an input of another shape than the planner expects", g.Function))
		return nil
	}
	u := &Unnest{From: from, Types: []types.Type{g.Columns[0].Type}}
	if u.Lists, err = listOf(g, input.Exprs[:len(arguments)]); err != nil {
		o.fail(err)
		return nil
	}
	exprs := []*plan.Expr{plan.Col(len(input.Exprs), g.Columns[0].Name, g.Columns[0].Type)}
	var passed []int
	o.take("projected_input", &passed)
	for _, at := range passed {
		exprs = append(exprs, plan.Col(at, input.Exprs[at].Alias, input.Exprs[at].Type))
	}
	return &Projection{From: u, Exprs: exprs}
}

// listOf is the list that a table function takes apart: its argument, or what the scalar function of the same name returns.
func listOf(g *Get, args []*plan.Expr) ([]*plan.Expr, error) {
	columns := make([]*plan.Expr, len(args))
	for i, a := range args {
		columns[i] = plan.Col(i, a.Alias, a.Type)
	}
	switch g.Function {
	case "unnest":
		return columns[:1], nil
	case "range", "generate_series":
		return []*plan.Expr{plan.Fn(g.Function, types.ListOf(g.Columns[0].Type), columns...)}, nil
	}
	return nil, &Foreign{Unsupported{
		Construct: "the table function " + g.Function + " over columns", Position: -1,
		Instead: "write it as a list, such as FROM t, UNNEST(range(t.n))",
	}, g.Function}
}

// resolveRefs turns the columns of a projection, which DuckDB leaves as references to a table below it there, into positions.
func resolveRefs(raw json.RawMessage) (json.RawMessage, error) {
	var op map[string]json.RawMessage
	var children []json.RawMessage
	if err := json.Unmarshal(raw, &op); err != nil {
		return nil, fmt.Errorf("duckplan: read input of a table function: %w", err)
	}
	_ = json.Unmarshal(op["children"], &children) // none of them: not a projection
	if string(op["type"]) != `"LOGICAL_PROJECTION"` || len(children) != 1 {
		return raw, nil
	}
	below, err := resolveRefs(children[0])
	if err != nil {
		return nil, err
	}
	var from struct {
		Table json.Number `json:"table_index"`
	}
	if err := json.Unmarshal(below, &from); err != nil {
		return nil, fmt.Errorf("duckplan: read input of a table function: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(op["expressions"]))
	decoder.UseNumber()
	var exprs any
	if err := decoder.Decode(&exprs); err != nil {
		return nil, fmt.Errorf("duckplan: read input of a table function: %w", err)
	}
	resolveIn(exprs, from.Table)
	if op["expressions"], err = json.Marshal(exprs); err != nil {
		return nil, err
	}
	if op["children"], err = json.Marshal([]json.RawMessage{below}); err != nil {
		return nil, err
	}
	return json.Marshal(op)
}

// resolveIn rewrites references to the table. What refers to another one stays, and is refused as an unknown expression.
func resolveIn(tree any, table json.Number) {
	switch t := tree.(type) {
	case []any:
		for _, x := range t {
			resolveIn(x, table)
		}
	case map[string]any:
		binding, _ := t["binding"].(map[string]any)
		if t["expression_class"] == "BOUND_COLUMN_REF" && binding["table_index"] == table && t["depth"] == json.Number("0") {
			t["expression_class"], t["type"], t["index"] = "BOUND_REF", "BOUND_REF", binding["column_index"]
			delete(t, "binding")
			delete(t, "depth")
		}
		for _, x := range t {
			resolveIn(x, table)
		}
	}
}
