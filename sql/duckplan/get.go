package duckplan

import (
	"encoding/json"
	"fmt"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// Get scans a table function. Its output is the columns that Read lists.
type Get struct {
	Function string
	Args     []*plan.Expr  // constants
	Columns  []types.Field // of the whole function
	Read     []int         // positions in Columns, in output order
}

func (*Get) operator() {}

// get reads a scan. What would make DuckDB give other rows than a function's whole table (filters inside the scan, samples) must not
// be there: the optimisers that put it there are off.
func (o *object) get() Operator {
	g := &Get{}
	o.take("name", &g.Function)
	var inputs []json.RawMessage
	o.take("children", &inputs)
	var returned []logicalType
	o.take("returned_types", &returned)
	var names []string
	o.take("names", &names)
	for i := range returned {
		t, err := returned[i].resolve()
		if err != nil {
			o.fail(err)
			return nil
		}
		g.Columns = append(g.Columns, types.Field{Name: names[i], Type: t})
	}
	g.Read = o.columnIndexes()
	o.skip("table_index", "input_table_names", "row_group_order_options", "virtual_columns")
	o.checkSample()
	defer o.skip("ordinality_idx", "input_table_types", "projected_input", "function_data")
	if len(inputs) == 1 && o.err == nil {
		o.checkOrdinality()
		o.checkScan()
		o.skip("parameters", "named_parameters")
		return o.lateral(g, inputs[0])
	}
	if g.Function == "seq_scan" {
		return o.tableScan(g.Columns, g.Read)
	}
	o.checkOrdinality()
	g.Args = o.takeArgs(g.Function)
	o.checkScan()
	return g
}

// checkOrdinality refuses WITH ORDINALITY, for which DuckDB writes the position of one more column.
func (o *object) checkOrdinality() {
	var at uint64
	o.take("ordinality_idx", &at)
	if at < 1<<63 {
		o.fail(&Foreign{Unsupported{Construct: "WITH ORDINALITY", Instead: "unnest range(len(list)) beside the list", Position: -1}, "ORDINALITY"})
	}
}

// takeArgs reads the constants that a table function is called with.
func (o *object) takeArgs(function string) []*plan.Expr {
	var raws, named []json.RawMessage
	o.take("parameters", &raws)
	o.take("named_parameters", &named)
	if len(named) > 0 {
		o.fail(&Foreign{Unsupported{Construct: "the table function " + function + " with named arguments", Position: -1}, function})
	}
	var out []*plan.Expr
	for _, raw := range raws {
		v, t, err := parseValue(raw)
		if err != nil {
			o.fail(err)
		}
		out = append(out, plan.Lit(v, t))
	}
	return out
}

func (o *object) columnIndexes() []int {
	var indexes []struct {
		Index uint64 `json:"index"`
		Has   bool   `json:"has_index"`
		Kind  string `json:"index_type"`
	}
	o.take("column_indexes", &indexes)
	read := make([]int, 0, len(indexes))
	for _, x := range indexes {
		if !x.Has || x.Kind != "FULL_READ" {
			o.fail(fmt.Errorf("duckplan: scan reads a column in the way %q", x.Kind))
			return nil
		}
		if x.Index >= 1<<63 { // a row id stands for "no column": count(*) needs only rows
			x.Index = 0
		}
		read = append(read, int(x.Index))
	}
	return read
}

func (o *object) checkScan() {
	var projection []int
	o.take("projection_ids", &projection)
	var filters struct {
		Filters []json.RawMessage `json:"filters"`
	}
	o.take("table_filters", &filters)
	if len(projection) > 0 || len(filters.Filters) > 0 {
		o.fail(fmt.Errorf("duckplan: scan filters or drops columns inside, which the planner does not expect"))
	}
}

func (o *object) checkSample() {
	var extra struct {
		Sample json.RawMessage `json:"sample_options"`
	}
	o.take("extra_info", &extra)
	if len(extra.Sample) > 0 && string(extra.Sample) != "null" {
		o.fail(&Foreign{Unsupported{Construct: "a sample", Instead: "filter on a hash of a column, such as hash(id) % 100 = 0", Position: -1}, "SAMPLE"})
	}
}
