package scoring

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
)

// check refuses what a detector's call cannot have.
func (c call) check() error {
	n := c.node
	frame := text(n, "start") != "UNBOUNDED_PRECEDING" || text(n, "end") != "CURRENT_ROW_RANGE" || text(n, "exclude_clause") != "NO_OTHER"
	switch {
	case n["class"] == "FUNCTION":
		return mistake(c.at, "%s(…) needs OVER: write %[1]s(x) OVER (PARTITION BY key ORDER BY ts)", c.function)
	case c.filters != "":
		return mistake(c.at, "%s(…) OVER cannot stand in %s, which says what rows it sees: put the condition into QUALIFY, as in QUALIFY (%[1]s(x) OVER (…)).is_anomaly",
			c.function, c.filters)
	case text(n, "schema") != "":
		return mistake(c.at, "%s is in no schema: write the name alone", c.function)
	case n["distinct"] == true:
		return mistake(c.at, "%s(DISTINCT …) is not possible: a detector takes every row", c.function)
	case n["filter_expr"] != nil:
		return mistake(c.at, "%s(…) FILTER is not possible: put the condition into a WHERE, or let x be NULL, as in CASE WHEN … THEN x END", c.function)
	case len(list(n, "arg_orders")) > 0:
		return mistake(c.at, "%s(… ORDER BY …) is not possible: the order stands behind OVER", c.function)
	case frame:
		return mistake(c.at, "%s(…) OVER (… ROWS, RANGE or GROUPS …) is not possible: a detector looks at all rows up to the current one, and forgets by itself; "+
			"leave the frame out", c.function)
	}
	return c.checkOrder()
}

func (c call) checkOrder() error {
	orders := list(c.node, "orders")
	if len(orders) != 1 {
		return mistake(c.at, "%s(…) OVER needs an ORDER BY of one time, such as OVER (PARTITION BY key ORDER BY ts)", c.function)
	}
	o, _ := orders[0].(map[string]any)
	kind, nulls := text(o, "type"), strings.ReplaceAll(text(o, "null_order"), " ", "_")
	if kind != "ORDER_DEFAULT" && kind != "ASCENDING" || nulls != "ORDER_DEFAULT" && nulls != "NULLS_LAST" {
		return mistake(c.at, "%s(…) OVER (… ORDER BY …) takes rows as time passes: leave DESC and NULLS FIRST out", c.function)
	}
	return nil
}

func list(n map[string]any, key string) []any {
	out, _ := n[key].([]any)
	return out
}

// columns and options are the arguments, as parsed: those with a name are options.
func (c call) arguments() (columns, options []map[string]any) {
	for _, x := range list(c.node, "children") {
		n, _ := x.(map[string]any)
		if text(n, "alias") == "" {
			columns = append(columns, n)
		} else {
			options = append(options, n)
		}
	}
	return columns, options
}

// checkColumns refuses constants, which are options without their names, or names in the wrong quotes. One number alone is a column of its own.
func (c call) checkColumns(s span) error {
	columns, _ := c.arguments()
	for i, n := range columns {
		value, constant := constantOf(n)
		_, isText := value.(string)
		switch at := s.columns[i].start; {
		case constant && isText:
			return mistake(at, "%s scores numbers, and '%s' is a text: name a column without quotes, and an option as in %[1]s(x, detector := 'ewma')", c.function, value)
		case constant && len(columns) > 1:
			return mistake(at, "%s cannot score %v, a constant, beside a column: options go by name, as in %[1]s(x, threshold := 0.9)", c.function, value)
		}
	}
	return nil
}

// constant is an option's value: float64, string or bool.
func (c call) constant(o option) (any, error) {
	_, options := c.arguments()
	at := slices.IndexFunc(options, func(n map[string]any) bool { return strings.EqualFold(text(n, "alias"), o.name) })
	if at >= 0 {
		if value, ok := constantOf(options[at]); ok {
			return value, nil
		}
	}
	return nil, mistake(o.value.start, "%s: option %s must be a constant, such as 0.9, 'text' or INTERVAL '1 hour'", c.function, o.name)
}

// constantOf is the value of a constant. INTERVAL '1 hour' is the text in it.
func constantOf(n map[string]any) (any, bool) {
	if n["class"] == "CAST" {
		to, _ := n["cast_type"].(map[string]any)
		child, _ := n["child"].(map[string]any)
		value, ok := constantOf(child)
		word, isText := value.(string)
		switch {
		case text(to, "id") == "INTERVAL":
			return value, ok && isText
		case text(to, "id") == "BOOLEAN" && isText:
			return word == "t", ok
		}
		return nil, false
	}
	if n["class"] != "CONSTANT" {
		return nil, false
	}
	value, _ := n["value"].(map[string]any)
	switch v := value["value"].(type) {
	case string:
		return v, true
	case bool:
		return v, true
	case json.Number:
		number, err := v.Float64()
		kind, _ := value["type"].(map[string]any)
		return number / math.Pow10(decimals(kind)), err == nil
	}
	return nil, false
}

// decimals are the digits behind the point of a DECIMAL, which comes as a whole number.
func decimals(kind map[string]any) int {
	if text(kind, "id") != "DECIMAL" {
		return 0
	}
	info, _ := kind["type_info"].(map[string]any)
	scale, _ := info["scale"].(json.Number)
	n, _ := scale.Int64()
	return int(n)
}
