package plan

import (
	"fmt"

	"github.com/weirdb/weir/engine/types"
)

// Expire takes each row back once the watermark has passed its event time by so much: what state_ttl asks for. The rows that are
// left are those of the last TTL microseconds, so that all state behind is bounded by them.
type Expire struct {
	From Node  `json:"-"`
	Time int   `json:"time"` // the event-time column
	TTL  int64 `json:"ttl"`  // microseconds
}

// Columns implements Node.
func (n *Expire) Columns() []types.Field { return n.From.Columns() }

// Inputs implements Node.
func (n *Expire) Inputs() []Node { return []Node{n.From} }

// Describe implements Node.
func (n *Expire) Describe() string {
	return fmt.Sprintf("expire rows when the watermark has passed %s by %s", readable.name(n.From.Columns()[n.Time].Name), micros(n.TTL))
}
