package duckplan

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// boundArgs gives an aggregate back the arguments that DuckDB moves into its bind data:
//
//	string_agg(s, '|')            children: s    function_data: {"separator": "|"}
//	quantile_cont(v, [0.5, 0.9])  children: v    function_data: {"quantiles": [0.5, 0.9], "order": [0, 1], "desc": false}
//
// A quantile below 0, which counts from the top, comes as desc with its sign lost.
func (o *object) boundArgs(name string, args []*plan.Expr, result types.Type, pos int) []*plan.Expr {
	if !o.has("function_data") {
		o.skip("function_data")
		return args
	}
	var raw json.RawMessage
	o.take("function_data", &raw)
	d := open("bind data of "+name, raw)
	var more []*plan.Expr
	switch name {
	case "median": // the quantile is in the name
		return args
	case "string_agg", "group_concat", "listagg":
		var separator string
		d.take("separator", &separator)
		more = []*plan.Expr{plan.Lit(plan.Value{Text: separator}, types.Of(types.Varchar))}
	case "quantile", "quantile_cont", "quantile_disc":
		more = []*plan.Expr{d.takeQuantiles(listed(args, result))}
		d.skip("order", "desc")
	case "approx_quantile":
		more = []*plan.Expr{d.takeQuantiles(listed(args, result))}
	case "reservoir_quantile":
		var size int64
		d.take("sample_size", &size)
		more = []*plan.Expr{d.takeQuantiles(listed(args, result)), plan.Lit(plan.Value{Int: size}, types.Of(types.Integer))}
	default:
		o.fail(&Unsupported{Construct: "the aggregate " + name, Instead: "use count, sum, avg, min, max, stddev or variance", Position: pos})
		return args
	}
	if err := d.close(); err != nil {
		o.fail(err)
	}
	return append(args, more...)
}

// listed reports whether quantiles were asked for as a list, which then is what the aggregate returns.
func listed(args []*plan.Expr, result types.Type) bool {
	return result.ID == types.List && (len(args) == 0 || !result.Equal(args[0].Type))
}

// takeQuantiles reads quantiles, which are constants or plain numbers.
func (o *object) takeQuantiles(list bool) *plan.Expr {
	var raws []json.RawMessage
	o.take("quantiles", &raws)
	descending := string(o.fields["desc"]) == "true"
	var items []plan.Value
	element := types.Of(types.Double)
	for _, raw := range raws {
		v, t, err := parseQuantile(raw)
		if err != nil {
			o.fail(err)
			return nil
		}
		if descending {
			v.Text = "-" + strings.TrimPrefix(v.Text, "-")
		}
		if len(items) > 0 && !t.Equal(element) {
			o.fail(fmt.Errorf("duckplan: %s has quantiles of types %s and %s", o.kind, element, t))
		}
		items, element = append(items, v), t
	}
	if list {
		return plan.Lit(plan.Value{Items: items}, types.ListOf(element))
	}
	if len(items) != 1 {
		o.fail(fmt.Errorf("duckplan: %s has %d quantiles, want 1", o.kind, len(items)))
		return nil
	}
	return plan.Lit(items[0], element)
}

func parseQuantile(raw json.RawMessage) (plan.Value, types.Type, error) {
	if raw[0] == '{' {
		return parseValue(raw)
	}
	return plan.Value{Text: string(raw)}, types.Of(types.Double), nil
}
