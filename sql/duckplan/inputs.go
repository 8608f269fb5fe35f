package duckplan

// Inputs are the operators that op reads, in order; none for a scan.
func Inputs(op Operator) []Operator {
	switch op := op.(type) {
	case *Filter:
		return []Operator{op.From}
	case *Projection:
		return []Operator{op.From}
	case *Aggregate:
		return []Operator{op.From}
	case *Distinct:
		return []Operator{op.From}
	case *OrderBy:
		return []Operator{op.From}
	case *Limit:
		return []Operator{op.From}
	case *Window:
		return []Operator{op.From}
	case *Unnest:
		return []Operator{op.From}
	case *Values:
		return []Operator{op.From}
	case *Join:
		return []Operator{op.Left, op.Right}
	case *DelimJoin:
		return []Operator{op.Left, op.Right}
	case *SetOperation:
		return op.From
	case *CTE:
		return []Operator{op.Definition, op.From}
	}
	return nil
}
