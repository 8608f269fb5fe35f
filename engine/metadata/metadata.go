// Package metadata declares the columns of a source that do not stand in its records, but are known of them: where a record lies,
// and what a message says beside its value. A source has them by declaring columns of these names.
//
//	record of Kafka     key, timestamp, headers │ value {"auction": 7, "price": 100}
//	CREATE SOURCE bid   (_key VARCHAR, _offset BIGINT, auction BIGINT, price BIGINT, …)
//
// They are made only if some query reads them. To add one: its declaration in All, its values in builder, and its name in the
// connectors that have it.
package metadata

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// The names of the columns. Sources have no other columns of these names.
const (
	Key       = "_key"
	Partition = "_partition"
	Offset    = "_offset"
	Timestamp = "_timestamp"
	Headers   = "_headers"
	// TraceContext is for sinks that pass it on, where traces are kept: an engine.TraceContext. Users have _headers.
	TraceContext = "_trace_context"
)

// Column declares one.
type Column struct {
	Name  string
	Doc   string       // one sentence
	Types []types.Type // that it may be declared with
	// Everywhere says that every connector has it; the others name in their declaration what they have.
	Everywhere bool
	// Hidden says that no source declares it.
	Hidden bool
}

// All are the columns that there are.
var All = []Column{
	{Name: Partition, Everywhere: true, Types: []types.Type{types.Of(types.Varchar), types.Of(types.Integer)},
		Doc: "The partition that the event is from: Kafka's number, a file's path. INTEGER is for names that are numbers."},
	{Name: Offset, Everywhere: true, Types: []types.Type{types.Of(types.BigInt)},
		Doc: "The event's position in its partition, which grows, but not always by 1."},
	{Name: Key, Types: []types.Type{types.Of(types.Varchar), types.Of(types.Blob)},
		Doc: "The message's key, NULL without one. As VARCHAR, a key that is not UTF-8 makes the message a dead letter."},
	{Name: Timestamp, Types: []types.Type{types.Of(types.Timestamp), types.Of(types.TimestampTZ)},
		Doc: "The message's own timestamp: when it was made or, if the topic says so, appended."},
	{Name: Headers, Types: []types.Type{mapTo(types.Varchar), mapTo(types.Blob)},
		Doc: "The message's headers by name; of several with one name, the last. As VARCHAR, a value that is not UTF-8 makes the message a dead letter."},
	{Name: TraceContext, Types: []types.Type{types.Of(types.Varchar)}, Hidden: true, Doc: "The trace that the event belongs to."},
}

// Traced is the column TraceContext.
func Traced() types.Field { return types.Field{Name: TraceContext, Type: types.Of(types.Varchar)} }

func mapTo(value types.ID) types.Type { return types.MapOf(types.Of(types.Varchar), types.Of(value)) }

// Is reports whether a column of this name is metadata.
func Is(name string) bool { return find(name) >= 0 }

func find(name string) int {
	return slices.IndexFunc(All, func(c Column) bool { return strings.EqualFold(c.Name, name) })
}

// Check returns why a column cannot be declared so for a connector that has the given ones beside those that all have; nil if it can.
func Check(f types.Field, connector string, has []string) error {
	at := find(f.Name)
	if at < 0 {
		return nil
	}
	c := All[at]
	if c.Hidden {
		return fmt.Errorf("column %s: the name is kept for Weir itself; the message's headers are %s", f.Name, Headers)
	}
	if !c.Everywhere && !slices.Contains(has, c.Name) {
		return fmt.Errorf("column %s: connector %s has no such metadata, and the name is kept for it; there is %s", f.Name, connector, strings.Join(Names(has), ", "))
	}
	if f.Name != c.Name {
		return fmt.Errorf("column %s: metadata is written %s", f.Name, c.Name)
	}
	allowed := make([]string, len(c.Types))
	for i, t := range c.Types {
		if t.Equal(f.Type) {
			return nil
		}
		allowed[i] = t.String()
	}
	return fmt.Errorf("column %s: metadata has its own type, %s, not %s", f.Name, strings.Join(allowed, " or "), f.Type)
}

// Names are the columns that a connector has which names some.
func Names(has []string) []string {
	var out []string
	for _, c := range All {
		if c.Everywhere || slices.Contains(has, c.Name) {
			out = append(out, c.Name)
		}
	}
	return out
}

// Plain are the fields that are no metadata.
func Plain(fields []types.Field) []types.Field {
	return slices.DeleteFunc(slices.Clone(fields), func(f types.Field) bool { return Is(f.Name) })
}
