package plan

import (
	"fmt"
	"strings"

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

// Expr is one typed scalar expression over the columns of its input. It prints as DuckDB SQL with the same meaning, which is
// also how expressions without a kernel of their own are computed.
type Expr struct {
	Kind   Kind       `json:"kind"`
	Type   types.Type `json:"type"`
	Name   string     `json:"name,omitempty"`   // Call: the function; Column and Param: the name it had in the text
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

// infix are the operators that print between their arguments.
var infix = map[string]string{
	Equal: "=", NotEqual: "<>", Less: "<", LessEqual: "<=", Greater: ">", GreaterEqual: ">=",
	DistinctFrom: "IS DISTINCT FROM", NotDistinctFrom: "IS NOT DISTINCT FROM", And: "AND", Or: "OR",
	"+": "+", "-": "-", "*": "*", "/": "/", "//": "//", "%": "%", "||": "||", "&": "&", "|": "|", "<<": "<<", ">>": ">>",
	"~~": "LIKE", "!~~": "NOT LIKE", "~~*": "ILIKE", "!~~*": "NOT ILIKE", "->>": "->>", "**": "**", "^": "^",
}

// String prints e as DuckDB SQL over columns named as they were in the text. See SQL for other names.
func (e *Expr) String() string {
	return e.SQL(func(c *Expr) string { return types.QuoteIdent(c.Name) })
}

// SQL prints e as DuckDB SQL; column names each input column.
func (e *Expr) SQL(column func(*Expr) string) string {
	switch e.Kind {
	case Column:
		return column(e)
	case Param:
		return types.QuoteIdent(e.Name)
	case Literal:
		return e.Value.SQL(e.Type)
	case Cast:
		return fmt.Sprintf("CAST(%s AS %s)", e.Args[0].SQL(column), e.Type)
	case TryCast:
		return fmt.Sprintf("TRY_CAST(%s AS %s)", e.Args[0].SQL(column), e.Type)
	case Lambda:
		return "LAMBDA " + strings.Join(e.Params, ", ") + ": " + e.Args[0].SQL(column)
	}
	return e.callSQL(column)
}

func (e *Expr) callSQL(column func(*Expr) string) string {
	args := make([]string, len(e.Args))
	for i, a := range e.Args {
		args[i] = a.SQL(column)
	}
	if op, ok := infix[e.Name]; ok && len(args) >= 2 {
		return "(" + strings.Join(args, " "+op+" ") + ")"
	}
	switch e.Name {
	case Not:
		return "(NOT " + args[0] + ")"
	case IsNull:
		return "(" + args[0] + " IS NULL)"
	case IsNotNull:
		return "(" + args[0] + " IS NOT NULL)"
	case In:
		return "(" + args[0] + " IN (" + strings.Join(args[1:], ", ") + "))"
	case NotIn:
		return "(" + args[0] + " NOT IN (" + strings.Join(args[1:], ", ") + "))"
	case Case:
		return caseSQL(args)
	case Coalesce, Try:
		return strings.ToUpper(e.Name) + "(" + strings.Join(args, ", ") + ")"
	case "-":
		return "(-" + args[0] + ")"
	case "struct_pack":
		return structSQL(e.Type.Fields, args)
	}
	return types.QuoteIdent(e.Name) + "(" + strings.Join(args, ", ") + ")"
}

func caseSQL(args []string) string {
	var b strings.Builder
	b.WriteString("CASE")
	last := len(args) - 1
	for i := 0; i < last; i += 2 {
		fmt.Fprintf(&b, " WHEN %s THEN %s", args[i], args[i+1])
	}
	fmt.Fprintf(&b, " ELSE %s END", args[last])
	return b.String()
}

func structSQL(fields []types.Field, args []string) string {
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = types.QuoteIdent(fields[i].Name) + " := " + a
	}
	return "struct_pack(" + strings.Join(parts, ", ") + ")"
}
