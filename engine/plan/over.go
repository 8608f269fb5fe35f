package plan

import (
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// Order is one key of an ORDER BY.
type Order struct {
	Expr       *Expr `json:"expr"`
	Descending bool  `json:"descending,omitempty"`
	NullsFirst bool  `json:"nulls_first,omitempty"`
}

// FrameUnit says what the bounds of a window frame count.
type FrameUnit string

// The units of frames.
const (
	FrameRows   FrameUnit = "ROWS"
	FrameRange  FrameUnit = "RANGE"
	FrameGroups FrameUnit = "GROUPS"
)

// BoundKind says where a window frame begins or ends.
type BoundKind string

// The bounds of frames.
const (
	UnboundedPreceding BoundKind = "UNBOUNDED PRECEDING"
	Preceding          BoundKind = "PRECEDING" // Offset before the current row
	CurrentRow         BoundKind = "CURRENT ROW"
	Following          BoundKind = "FOLLOWING" // Offset behind the current row
	UnboundedFollowing BoundKind = "UNBOUNDED FOLLOWING"
)

// FrameBound is one end of a frame. Offset is for Preceding and Following.
type FrameBound struct {
	Kind   BoundKind `json:"kind"`
	Offset *Expr     `json:"offset,omitempty"`
}

// OverCall is a function over a window frame: f(args) OVER (PARTITION BY … ORDER BY … frame).
type OverCall struct {
	Name        string     `json:"name"` // DuckDB's: row_number, rank, lag, first_value, sum, …
	Type        types.Type `json:"type"`
	Args        []*Expr    `json:"args,omitempty"` // lag and lead: value, then offset and default where given
	Distinct    bool       `json:"distinct,omitempty"`
	IgnoreNulls bool       `json:"ignore_nulls,omitempty"`
	Filter      *Expr      `json:"filter,omitempty"`
	ArgOrders   []Order    `json:"arg_orders,omitempty"` // ORDER BY inside the parentheses
	Partition   []*Expr    `json:"partition,omitempty"`
	Orders      []Order    `json:"orders,omitempty"`
	Unit        FrameUnit  `json:"unit"`
	Start       FrameBound `json:"start"`
	End         FrameBound `json:"end"`
	Exclude     string     `json:"exclude,omitempty"` // "", CURRENT ROW, GROUP, TIES
	Alias       string     `json:"alias,omitempty"`
	Detector    *Detector  `json:"detector,omitempty"` // nil for DuckDB's functions
	Pos         int        `json:"-"`
}

// OrdersSQL prints the keys of an ORDER BY; column names each input column, nil prints for people.
func OrdersSQL(orders []Order, column func(*Expr) string) string {
	return printer{column: column, plain: column == nil}.orders(orders)
}

// ListSQL prints expressions with commas between; column names each input column, nil prints for people.
func ListSQL(exprs []*Expr, column func(*Expr) string) string {
	return printer{column: column, plain: column == nil}.list(exprs)
}

// SQL prints the call as DuckDB SQL with the same meaning; column names each input column.
func (c *OverCall) SQL(column func(*Expr) string) string { return printer{column: column}.over(c) }

// String prints the call for people.
func (c *OverCall) String() string { return readable.over(c) }

func (p printer) over(c *OverCall) string {
	if c.Detector != nil && !p.plain {
		return p.scored(c)
	}
	var b strings.Builder
	b.WriteString(p.name(c.Name) + "(")
	if c.Distinct {
		b.WriteString("DISTINCT ")
	}
	b.WriteString(p.list(c.Args))
	if c.Detector != nil {
		b.WriteString(c.Detector.settings())
	}
	if len(c.ArgOrders) > 0 {
		if len(c.Args) > 0 {
			b.WriteString(" ")
		}
		b.WriteString("ORDER BY " + p.orders(c.ArgOrders))
	}
	if c.IgnoreNulls {
		b.WriteString(" IGNORE NULLS")
	}
	b.WriteString(")")
	if c.Filter != nil {
		b.WriteString(" FILTER (WHERE " + p.expr(c.Filter) + ")")
	}
	var parts []string
	if len(c.Partition) > 0 {
		parts = append(parts, "PARTITION BY "+p.list(c.Partition))
	}
	if len(c.Orders) > 0 {
		parts = append(parts, "ORDER BY "+p.orders(c.Orders))
	}
	if frame := p.frame(c); frame != "" {
		parts = append(parts, frame)
	}
	return b.String() + " OVER (" + strings.Join(parts, " ") + ")"
}

// frame prints the frame; nothing for the one that SQL has by itself, which also is what functions without a frame come with.
func (p printer) frame(c *OverCall) string {
	if c.Unit == FrameRange && c.Start.Kind == UnboundedPreceding && c.End.Kind == CurrentRow && c.Exclude == "" {
		return ""
	}
	text := string(c.Unit) + " BETWEEN " + p.bound(c.Start) + " AND " + p.bound(c.End)
	if c.Exclude != "" {
		text += " EXCLUDE " + c.Exclude
	}
	return text
}

func (p printer) bound(b FrameBound) string {
	if b.Offset == nil {
		return string(b.Kind)
	}
	return p.expr(b.Offset) + " " + string(b.Kind)
}

func (p printer) list(exprs []*Expr) string {
	parts := make([]string, len(exprs))
	for i, e := range exprs {
		parts[i] = p.expr(e)
	}
	return strings.Join(parts, ", ")
}

func (p printer) orders(orders []Order) string {
	parts := make([]string, len(orders))
	for i, o := range orders {
		parts[i] = p.expr(o.Expr)
		if o.Descending {
			parts[i] += " DESC"
		}
		if o.NullsFirst {
			parts[i] += " NULLS FIRST"
		} else {
			parts[i] += " NULLS LAST"
		}
	}
	return strings.Join(parts, ", ")
}

// Over adds a column for each call, computed in the order of event time, one row at a time as the watermark passes it. It is for
// input that only adds rows, and calls that look at no row behind the current one but those of the same time; what does not fit
// is a Relational.
type Over struct {
	From      Node  `json:"-"`
	Partition []int `json:"partition"` // input columns
	Time      int   `json:"time"`      // the event-time column, by which every call orders first, ascending
	// Window says how far Time has come by a watermark, where it is not the event time itself, but grows with it. Nil if it is.
	Window *WindowKey `json:"window,omitempty"`
	Calls  []OverCall `json:"calls"` // all with this partition
	Names  []string   `json:"names"` // of the columns added
}

// Columns implements Node.
func (n *Over) Columns() []types.Field {
	from := n.From.Columns()
	out := from[:len(from):len(from)]
	for i := range n.Calls {
		out = append(out, types.Field{Name: n.Names[i], Type: n.Calls[i].Type})
	}
	return out
}

// Inputs implements Node.
func (n *Over) Inputs() []Node { return []Node{n.From} }

// Describe implements Node.
func (n *Over) Describe() string {
	parts := make([]string, len(n.Calls))
	for i := range n.Calls {
		parts[i] = n.Calls[i].String()
	}
	return "over " + strings.Join(parts, ", ") + ", as the watermark passes each row"
}
