package duckplan

import (
	"encoding/json"
	"fmt"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// listAggregate gives list_aggregate(list, 'name', …) back the argument that DuckDB moves into the aggregate's bind data:
//
//	list_aggregate(tags, 'string_agg', '|')
//	children: tags, 'string_agg'     bind data: {"separator": "|"}
func (o *object) listAggregate(e *plan.Expr, data json.RawMessage) {
	var bound struct {
		Data struct {
			Aggregate struct {
				Name     string            `json:"name"`
				Children []json.RawMessage `json:"children"`
				Data     struct {
					Separator *string           `json:"separator"`
					Quantiles []json.RawMessage `json:"quantiles"`
				} `json:"function_data"`
			} `json:"aggr_expr"`
		} `json:"bind_data"`
	}
	if err := json.Unmarshal(data, &bound); err != nil {
		o.fail(fmt.Errorf("duckplan: read bind data of %s: %w", e.Name, err))
		return
	}
	call := bound.Data.Aggregate
	switch call.Name {
	case "string_agg", "group_concat", "listagg":
		if call.Data.Separator != nil {
			e.Args = append(e.Args, plan.Lit(plan.Value{Text: *call.Data.Separator}, types.Of(types.Varchar)))
		}
	case "quantile", "quantile_cont", "quantile_disc", "approx_quantile":
		o.quantile(e, call.Data.Quantiles)
	default:
		if len(call.Children) > 1 {
			o.fail(&Unsupported{Construct: fmt.Sprintf("%s('%s') with further arguments", e.Name, call.Name), Position: e.Pos})
		}
	}
}

// quantile appends a quantile, which is a constant or a plain number.
func (o *object) quantile(e *plan.Expr, quantiles []json.RawMessage) {
	if len(quantiles) != 1 {
		o.fail(&Unsupported{Construct: e.Name + " with several quantiles", Instead: "ask for one at a time", Position: e.Pos})
		return
	}
	if quantiles[0][0] != '{' {
		e.Args = append(e.Args, plan.Lit(plan.Value{Text: string(quantiles[0])}, types.Of(types.Double)))
		return
	}
	v, t, err := parseValue(quantiles[0])
	if err != nil {
		o.fail(err)
		return
	}
	e.Args = append(e.Args, plan.Lit(v, t))
}
