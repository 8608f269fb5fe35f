package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// UniqueKey says that events of a source which are delivered several times count once: the options unique_key and unique_within. An
// event is left out if one with the same key came before it, at an event time no more than Within away.
type UniqueKey struct {
	Keys   []types.Field `json:"keys"`   // columns of the source
	Time   types.Field   `json:"time"`   // its event time
	Within int64         `json:"within"` // microseconds
}

// String prints it for people.
func (u *UniqueKey) String() string {
	names := make([]string, len(u.Keys))
	for i, k := range u.Keys {
		names[i] = readable.name(k.Name)
	}
	return fmt.Sprintf("each %s once within %s", strings.Join(names, ", "), micros(u.Within))
}

// Needs are the columns that have to be read for a scan: those that it gives, then those that tell which events count once.
func (n *Scan) Needs() []types.Field {
	if n.Unique == nil {
		return n.Read
	}
	out := slices.Clone(n.Read)
	for _, f := range append(slices.Clone(n.Unique.Keys), n.Unique.Time) {
		if fieldIndex(out, f.Name) < 0 {
			out = append(out, f)
		}
	}
	return out
}

func fieldIndex(fields []types.Field, name string) int {
	return slices.IndexFunc(fields, func(f types.Field) bool { return f.Name == name })
}

// Unique leaves events out that came before. A plan has it inside of a Scan; it is a node of its own only while operators are built:
// see Scan.Deduplicated.
type Unique struct {
	From   *Scan // with all that it needs
	Keys   []int // columns of From
	Time   int   // column of From
	Within int64
	Width  int // so many of From's columns, the first, go on
}

// Deduplicated is the node that gives the rows of a scan with a UniqueKey.
func (n *Scan) Deduplicated() *Unique {
	needs := n.Needs()
	u := &Unique{Within: n.Unique.Within, Width: len(n.Read), Time: fieldIndex(needs, n.Unique.Time.Name)}
	for _, k := range n.Unique.Keys {
		u.Keys = append(u.Keys, fieldIndex(needs, k.Name))
	}
	u.From = &Scan{Source: n.Source, Read: needs, EventTime: u.Time}
	return u
}

// Columns implements Node.
func (n *Unique) Columns() []types.Field { return n.From.Read[:n.Width] }

// Inputs implements Node.
func (n *Unique) Inputs() []Node { return []Node{n.From} }

// Describe implements Node.
func (n *Unique) Describe() string {
	return "leave out events of " + n.From.Source + " that came before"
}
