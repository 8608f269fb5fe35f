package aggregate

import "github.com/weirdb/weir/engine/types"

var countIf = Function{
	Names: []string{"count_if", "countif"}, Doc: "Number of rows where the argument is true; NULL where it is NULL everywhere.",
	Example: "count_if(price > 100)", takes: "BOOLEAN", accepts: one(func(t types.Type) bool { return t.ID == types.Boolean }),
	result: resultOf(types.HugeInt), make: func([]types.Type) accumulator { return &boolTotals{} },
}
