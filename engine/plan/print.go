package plan

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// printer writes expressions as DuckDB SQL: exactly, or for people, who would rather not read what follows from the context.
type printer struct {
	column func(*Expr) string
	plain  bool
}

// SQL prints e as DuckDB SQL that binds to the same types; column names each input column.
func (e *Expr) SQL(column func(*Expr) string) string { return printer{column: column}.expr(e) }

// String prints e for people.
func (e *Expr) String() string { return readable.expr(e) }

// readable prints for people. Without a function of its own, it calls columns by their names.
var readable = printer{plain: true}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\(\*\))?$`)

func (p printer) name(name string) string {
	if p.plain && plainName.MatchString(name) {
		return name
	}
	return types.QuoteIdent(name)
}

// infix are the operators that print between their arguments.
var infix = map[string]string{
	Equal: "=", NotEqual: "<>", Less: "<", LessEqual: "<=", Greater: ">", GreaterEqual: ">=",
	DistinctFrom: "IS DISTINCT FROM", NotDistinctFrom: "IS NOT DISTINCT FROM", And: "AND", Or: "OR",
	"+": "+", "-": "-", "*": "*", "/": "/", "//": "//", "%": "%", "||": "||", "&": "&", "|": "|", "<<": "<<", ">>": ">>",
	"~~": "LIKE", "!~~": "NOT LIKE", "~~*": "ILIKE", "!~~*": "NOT ILIKE", "->>": "->>", "**": "**", "^": "^",
}

func (p printer) expr(e *Expr) string {
	switch e.Kind {
	case Column:
		if p.column == nil {
			return p.name(e.Name)
		}
		return p.column(e)
	case Param:
		return p.name(e.Name)
	case Literal:
		return p.value(e.Value, e.Type)
	case Cast:
		if e.Type.Unnamed() { // only names can differ: there is nothing to cast to
			return p.expr(e.Args[0])
		}
		return fmt.Sprintf("CAST(%s AS %s)", p.expr(e.Args[0]), e.Type)
	case TryCast:
		return fmt.Sprintf("TRY_CAST(%s AS %s)", p.expr(e.Args[0]), e.Type)
	case Lambda:
		return "LAMBDA " + strings.Join(e.Params, ", ") + ": " + p.expr(e.Args[0])
	}
	return p.call(e)
}

func (p printer) call(e *Expr) string {
	args := make([]string, len(e.Args))
	for i, a := range e.Args {
		args[i] = p.expr(a)
	}
	if op, ok := infix[e.Name]; ok && len(args) >= 2 {
		return "(" + strings.Join(args, " "+op+" ") + ")"
	}
	if text, ok := windowSQL(e.Name, args); ok && !p.plain {
		return text
	}
	switch e.Name {
	case "struct_extract":
		if field := e.Args[1]; p.plain && field.Kind == Literal && field.Type.ID == types.Varchar {
			return args[0] + "." + p.name(field.Value.Text)
		}
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
	case "array_slice":
		return sliceSQL(e.Args, args)
	}
	if e.Type.ID == types.Struct {
		return p.structCall(e, args)
	}
	return p.name(e.Name) + "(" + strings.Join(args, ", ") + ")"
}

// structCall prints a call that makes a STRUCT: names of fields that the call had as arguments stand in its type only.
func (p printer) structCall(e *Expr, args []string) string {
	fields := e.Type.Fields
	switch e.Name {
	case "struct_pack":
		return structSQL(fields, args)
	case "struct_insert": // the new fields come last
		return "struct_insert(" + args[0] + ", " + namedSQL(fields[len(fields)-len(args)+1:], args[1:]) + ")"
	case "date_part": // the parts are the fields
		return "date_part([" + fieldNamesSQL(fields) + "], " + args[0] + ")"
	}
	return p.name(e.Name) + "(" + strings.Join(args, ", ") + ")"
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

// structSQL packs a STRUCT. The fields of a row, such as (1, 2), have no names.
func structSQL(fields []types.Field, args []string) string {
	if len(fields) > 0 && fields[0].Name == "" {
		return "row(" + strings.Join(args, ", ") + ")"
	}
	return "struct_pack(" + namedSQL(fields, args) + ")"
}

// namedSQL prints arguments with their names.
func namedSQL(fields []types.Field, args []string) string {
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = types.QuoteIdent(fields[i].Name) + " := " + a
	}
	return strings.Join(parts, ", ")
}

// fieldNamesSQL prints the names of fields as string literals.
func fieldNamesSQL(fields []types.Field) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = types.QuoteString(f.Name)
	}
	return strings.Join(names, ", ")
}

// sliceSQL prints list[from:to:step]. A bound that the text leaves out comes as an empty list, which no call may have.
func sliceSQL(args []*Expr, texts []string) string {
	bounds := append([]string(nil), texts[1:]...)
	for i, a := range args[1:] {
		if a.Kind == Literal && a.Type.ID == types.List {
			bounds[i] = ""
		}
	}
	if len(bounds) == 3 && bounds[1] == "" {
		bounds[1] = "-"
	}
	return "(" + texts[0] + ")[" + strings.Join(bounds, ":") + "]"
}

// value prints a constant. For people, numbers and intervals go without the casts that fix their types.
func (p printer) value(v *Value, t types.Type) string {
	switch {
	case !p.plain:
		return v.SQL(t)
	case v.Null:
		return "NULL"
	case t.ID == types.Interval:
		return "INTERVAL '" + v.Interval.String() + "'"
	case t.Integral() && t.ID != types.UBigInt:
		return fmt.Sprint(v.Int)
	case t.ID == types.Decimal || t.ID == types.HugeInt || t.ID == types.UBigInt || t.ID == types.Double:
		return v.Text
	}
	return v.SQL(t)
}

// String prints the interval as DuckDB reads it: 1 month 2 days 10 seconds.
func (i *Interval) String() string {
	var parts []string
	add := func(n int64, unit string) {
		if n != 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, unit))
		}
	}
	add(int64(i.Months), "months")
	add(int64(i.Days), "days")
	add(i.Micros/1_000_000, "seconds")
	add(i.Micros%1_000_000, "microseconds")
	if len(parts) == 0 {
		return "0 seconds"
	}
	return strings.Join(parts, " ")
}
