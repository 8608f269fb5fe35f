package duckplan

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// scanFilters reads the filters inside a scan, which go by the table's columns, as predicates over the scan's output.
func (o *object) scanFilters(s *TableScan, raw json.RawMessage) []*plan.Expr {
	var list struct {
		Filters []struct {
			Key   int             `json:"key"`
			Value json.RawMessage `json:"value"`
		} `json:"filters"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		o.fail(fmt.Errorf("duckplan: read filters of a scan: %w", err))
	}
	var out []*plan.Expr
	for _, f := range list.Filters {
		at := slices.Index(s.Read, f.Key)
		if at < 0 {
			o.fail(fmt.Errorf("duckplan: scan of %s filters by column %d, which it does not read", s.Table, f.Key))
			return nil
		}
		c := s.Columns[f.Key]
		e, err := scanFilter(f.Value, plan.Col(at, c.Name, c.Type))
		if err != nil {
			o.fail(err)
		}
		if e != nil {
			out = append(out, e)
		}
	}
	return out
}

// scanFilter reads a filter on one column; nil for one that only saves work.
func scanFilter(raw json.RawMessage, column *plan.Expr) (*plan.Expr, error) {
	f := open("filter of a scan", raw)
	var kind string
	f.take("filter_type", &kind)
	boolean := types.Of(types.Boolean)
	var e *plan.Expr
	switch kind {
	case "CONSTANT_COMPARISON":
		var comparison string
		f.take("comparison_type", &comparison)
		e = plan.Fn(operators[comparison], boolean, column, f.takeLiteral("constant"))
		if e.Name == "" {
			f.fail(&Unsupported{Construct: "the comparison " + comparison, Position: -1})
		}
	case "IS_NULL":
		e = plan.Fn(plan.IsNull, boolean, column)
	case "IS_NOT_NULL":
		e = plan.Fn(plan.IsNotNull, boolean, column)
	case "CONJUNCTION_AND":
		e = f.takeFilters(plan.And, column)
	case "CONJUNCTION_OR":
		e = f.takeFilters(plan.Or, column)
	case "IN_FILTER":
		e = plan.Fn(plan.In, boolean, append([]*plan.Expr{column}, f.takeLiterals("values")...)...)
	case "OPTIONAL_FILTER":
		f.skip("child_filter")
	case "EXPRESSION_FILTER":
		e = f.takeExpr("expr")
		if e != nil {
			e = e.Bind([]*plan.Expr{column})
		}
	default:
		f.fail(fmt.Errorf("duckplan: scan filters in the way %q", kind))
	}
	return e, f.close()
}

func (o *object) takeFilters(name string, column *plan.Expr) *plan.Expr {
	var raws []json.RawMessage
	o.take("child_filters", &raws)
	e := plan.Fn(name, types.Of(types.Boolean))
	for _, raw := range raws {
		part, err := scanFilter(raw, column)
		if err != nil {
			o.fail(err)
		}
		if part == nil && name == plan.Or {
			o.fail(fmt.Errorf("duckplan: scan filters by one of several filters, of which one is optional"))
		}
		if part != nil {
			e.Args = append(e.Args, part)
		}
	}
	switch len(e.Args) {
	case 0:
		return nil
	case 1:
		return e.Args[0]
	}
	return e
}

func (o *object) takeLiteral(name string) *plan.Expr {
	var raw json.RawMessage
	o.take(name, &raw)
	if o.err != nil {
		return nil
	}
	v, t, err := parseValue(raw)
	if err != nil {
		o.fail(err)
	}
	return plan.Lit(v, t)
}

func (o *object) takeLiterals(name string) []*plan.Expr {
	var raws []json.RawMessage
	o.take(name, &raws)
	out := make([]*plan.Expr, len(raws))
	for i, raw := range raws {
		v, t, err := parseValue(raw)
		if err != nil {
			o.fail(err)
		}
		out[i] = plan.Lit(v, t)
	}
	return out
}
