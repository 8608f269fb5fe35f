package plan

import (
	"github.com/weirdb/weir/engine/types"
)

// Kind says what an Expr is.
type Kind string

// The kinds of expression.
const (
	Column  Kind = "column"   // input column Index
	Literal Kind = "literal"  // the constant Value
	Call    Kind = "call"     // function or operator Name over Args
	Cast    Kind = "cast"     // Args[0] as Type; an error where it does not convert
	TryCast Kind = "try_cast" // Args[0] as Type; NULL where it does not convert
	Lambda  Kind = "lambda"   // Args[0] with the parameters Params; only as an argument of a Call
	Param   Kind = "param"    // a lambda's parameter Name
)

// Names of the operators and special forms that are Calls. Every other Name is a DuckDB function's name, in its own spelling:
// arithmetic comes as "+", "-", "*", "/", "//", "%", and LIKE as "~~".
const (
	Equal           = "="
	NotEqual        = "<>"
	Less            = "<"
	LessEqual       = "<="
	Greater         = ">"
	GreaterEqual    = ">="
	DistinctFrom    = "is distinct from"
	NotDistinctFrom = "is not distinct from"
	And             = "and"         // two or more arguments
	Or              = "or"          // two or more arguments
	Not             = "not"         // one argument
	IsNull          = "is null"     // one argument
	IsNotNull       = "is not null" // one argument
	In              = "in"          // the first argument among the others
	NotIn           = "not in"
	Case            = "case"     // condition, value, condition, value, …, else
	Coalesce        = "coalesce" // the first that is not NULL
	Try             = "try"      // NULL where the argument fails
)

// Flipped is the comparison that has the same meaning with its sides swapped: = and <> are their own.
func Flipped(comparison string) string {
	switch comparison {
	case Less:
		return Greater
	case LessEqual:
		return GreaterEqual
	case Greater:
		return Less
	case GreaterEqual:
		return LessEqual
	}
	return comparison
}

// Expr is one typed scalar expression over the columns of its input. SQL prints it as DuckDB SQL with the same meaning, which is
// how expressions without a kernel of their own are computed; String prints it for people.
type Expr struct {
	Kind   Kind       `json:"kind"`
	Type   types.Type `json:"type"`
	Name   string     `json:"name,omitempty"`   // Call: the function; Column and Param: what it is called
	Alias  string     `json:"alias,omitempty"`  // the name that the text gives to the value, if any
	Index  int        `json:"index,omitempty"`  // Column: position in the input
	Value  *Value     `json:"value,omitempty"`  // Literal
	Params []string   `json:"params,omitempty"` // Lambda
	Args   []*Expr    `json:"args,omitempty"`
	Pos    int        `json:"-"` // byte offset in the view's text, -1 where DuckDB does not tell
}

// Col refers to input column index.
func Col(index int, name string, t types.Type) *Expr {
	return &Expr{Kind: Column, Index: index, Name: name, Type: t, Pos: -1}
}

// Lit is a constant.
func Lit(v Value, t types.Type) *Expr { return &Expr{Kind: Literal, Value: &v, Type: t, Pos: -1} }

// Fn calls a function or operator that returns t.
func Fn(name string, t types.Type, args ...*Expr) *Expr {
	return &Expr{Kind: Call, Name: name, Type: t, Args: args, Pos: -1}
}

// IsConstant reports whether e is a literal.
func (e *Expr) IsConstant() bool { return e.Kind == Literal }

// Columns adds the input columns that e reads to set.
func (e *Expr) Columns(set map[int]bool) {
	if e.Kind == Column {
		set[e.Index] = true
	}
	for _, a := range e.Args {
		a.Columns(set)
	}
}

// Rewrite returns e with f applied to every part, from the leaves up. f may return its argument.
func (e *Expr) Rewrite(f func(*Expr) *Expr) *Expr {
	if len(e.Args) == 0 {
		return f(e)
	}
	out := *e
	out.Args = make([]*Expr, len(e.Args))
	for i, a := range e.Args {
		out.Args[i] = a.Rewrite(f)
	}
	return f(&out)
}

// Bind replaces e's columns by the expressions that compute them: columns[i] stands for input column i.
func (e *Expr) Bind(columns []*Expr) *Expr {
	return e.Rewrite(func(x *Expr) *Expr {
		if x.Kind == Column {
			return columns[x.Index]
		}
		return x
	})
}

// Equal reports whether two expressions compute the same from the same input; the names that columns had do not matter.
func (e *Expr) Equal(o *Expr) bool {
	if e.Kind != o.Kind || e.Index != o.Index || !e.Type.Equal(o.Type) || len(e.Args) != len(o.Args) {
		return false
	}
	if e.Kind != Column && e.Name != o.Name {
		return false
	}
	if (e.Value == nil) != (o.Value == nil) || (e.Value != nil && e.Value.SQL(e.Type) != o.Value.SQL(o.Type)) {
		return false
	}
	for i, a := range e.Args {
		if !a.Equal(o.Args[i]) {
			return false
		}
	}
	return true
}
