package planner

import (
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

// usage says what is read of a value: the whole of it, or some fields of a STRUCT.
type usage struct {
	whole  bool
	fields map[string]*usage // by name in lower case
}

// narrow leaves out of a scan's STRUCT columns the fields that no expression reads, so that they are not decoded:
//
//	place STRUCT(room, floor, map STRUCT(x, y)), read as place.room and place.map.x  ─►  STRUCT(room, map STRUCT(x))
//
// A field is found by name wherever it is read, so that only types change.
func narrow(s *plan.Scan, exprs []**plan.Expr) {
	used := make([]usage, len(s.Read))
	for _, e := range exprs {
		mark(*e, used)
	}
	for i := range s.Read {
		s.Read[i].Type = used[i].narrow(s.Read[i].Type)
	}
	for _, e := range exprs {
		*e = (*e).Rewrite(func(x *plan.Expr) *plan.Expr { return retype(x, s.Read) })
	}
}

// mark notes what an expression reads of the columns.
func mark(e *plan.Expr, used []usage) {
	if at := locate(e, used); at != nil {
		at.whole = true
		return
	}
	for _, a := range e.Args {
		mark(a, used)
	}
}

// locate returns the part that a column, or a path of fields from a column, stands for; nil for any other expression.
func locate(e *plan.Expr, used []usage) *usage {
	if e.Kind == plan.Column {
		return &used[e.Index]
	}
	name, ok := fieldRead(e)
	if !ok {
		return nil
	}
	parent := locate(e.Args[0], used)
	if parent == nil {
		return nil
	}
	if parent.fields == nil {
		parent.fields = map[string]*usage{}
	}
	if parent.fields[name] == nil {
		parent.fields[name] = &usage{}
	}
	return parent.fields[name]
}

// fieldRead is the field, in lower case, that an expression takes out of a STRUCT by a constant name.
func fieldRead(e *plan.Expr) (string, bool) {
	if e.Kind != plan.Call || e.Name != "struct_extract" && e.Name != "array_extract" || len(e.Args) != 2 {
		return "", false
	}
	name := e.Args[1]
	if e.Args[0].Type.ID != types.Struct || !name.IsConstant() || name.Type.ID != types.Varchar || name.Value.Null {
		return "", false
	}
	return strings.ToLower(name.Value.Text), true
}

// narrow returns a type without the fields that are not read.
func (u *usage) narrow(t types.Type) types.Type {
	if u.whole || t.ID != types.Struct || len(u.fields) == 0 {
		return t
	}
	var kept []types.Field
	for _, f := range t.Fields {
		if sub := u.fields[strings.ToLower(f.Name)]; sub != nil {
			kept = append(kept, types.Field{Name: f.Name, Type: sub.narrow(f.Type)})
		}
	}
	return types.StructOf(kept...)
}

// retype gives a column, or a STRUCT taken out of one, the type that it has now.
func retype(e *plan.Expr, read []types.Field) *plan.Expr {
	t := e.Type
	switch name, ok := fieldRead(e); {
	case e.Kind == plan.Column:
		t = read[e.Index].Type
	case ok && e.Type.ID == types.Struct:
		for _, f := range e.Args[0].Type.Fields {
			if strings.EqualFold(f.Name, name) {
				t = f.Type
			}
		}
	}
	if t.Equal(e.Type) {
		return e
	}
	out := *e
	out.Type = t
	return &out
}
