package duckplan

import (
	"encoding/json"
	"fmt"
)

// SetOperation is UNION, EXCEPT or INTERSECT over inputs with columns of equal types. Its output are the columns of the first.
//
// Without ALL, DuckDB puts a Distinct above, so that a union keeps all rows here whatever All says, and EXCEPT and INTERSECT may
// keep duplicates of the left rows or not. With ALL, EXCEPT and INTERSECT count: n and m equal rows leave max(n-m, 0) or min(n, m).
// NULLs are equal to each other.
type SetOperation struct {
	From []Operator // two; or more of a union
	Kind SetKind
	All  bool
}

// SetKind is the keyword of a SetOperation.
type SetKind string

// The kinds of set operation.
const (
	Union     SetKind = "UNION"
	Except    SetKind = "EXCEPT"
	Intersect SetKind = "INTERSECT"
)

func (*SetOperation) operator() {}

func (o *object) setOperation() Operator {
	s := &SetOperation{Kind: SetKind(o.kind[len("LOGICAL_"):])}
	o.take("setop_all", &s.All)
	var raws []json.RawMessage
	o.take("children", &raws)
	if len(raws) < 1 || (s.Kind != Union && len(raws) != 2) {
		o.fail(fmt.Errorf("duckplan: %s has %d inputs", s.Kind, len(raws)))
	}
	s.From = o.parseAll(raws, len(raws))
	o.skip("table_index", "column_count", "allow_out_of_order")
	if len(s.From) == 1 { // the others have no rows
		return s.From[0]
	}
	return s
}
