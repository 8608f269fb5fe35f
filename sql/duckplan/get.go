package duckplan

import (
	"encoding/json"
	"fmt"

	"github.com/weirdb/weir/engine/types"
)

// get reads a scan. What would make DuckDB give other rows than the whole table (filters inside the scan, samples) must not
// be there: the optimisers that put it there are off.
func (o *object) get() Operator {
	g := &Get{}
	o.take("name", &g.Function)
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
	o.checkScan()
	o.skip("children", "table_index", "parameters", "named_parameters", "input_table_types", "input_table_names",
		"projected_input", "ordinality_idx", "row_group_order_options", "function_data", "virtual_columns")
	return g
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
	var extra struct {
		Sample json.RawMessage `json:"sample_options"`
	}
	o.take("extra_info", &extra)
	if len(projection) > 0 || len(filters.Filters) > 0 {
		o.fail(fmt.Errorf("duckplan: scan filters or drops columns inside, which the planner does not expect"))
	}
	if len(extra.Sample) > 0 && string(extra.Sample) != "null" {
		o.fail(&Foreign{Unsupported{Construct: "a sample", Instead: "filter on a hash of a column, such as hash(id) % 100 = 0", Position: -1}, "SAMPLE"})
	}
}
