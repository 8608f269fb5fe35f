package metadata

import (
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// builder makes one column. append adds a row's value or, if it cannot be had, adds nothing and says why.
type builder struct {
	into   array.Builder
	append func(row int) (bad string)
}

// newBuilder returns nil for a column that is not declared in All.
func newBuilder(f types.Field, at Place) *builder {
	b := &builder{into: array.NewBuilder(memory.DefaultAllocator, f.Type.Arrow())}
	switch f.Name {
	case Partition:
		b.append = partition(b.into, at.Partition)
	case Offset:
		b.append = func(row int) string { b.into.(*array.Int64Builder).Append(at.Offset(row)); return "" }
	case Key:
		b.append = func(row int) string { return appendBytes(b.into, at.meta(row).Key) }
	case Timestamp:
		b.append = func(row int) string { appendTime(b.into.(*array.TimestampBuilder), at.meta(row).Timestamp); return "" }
	case Headers:
		b.append = func(row int) string { return appendHeaders(b.into.(*array.MapBuilder), at.meta(row).Headers) }
	case TraceContext:
		b.append = func(row int) string { appendTrace(b.into.(*array.StringBuilder), at.meta(row).Headers); return "" }
	default:
		b.into.Release()
		return nil
	}
	return b
}

// noMeta is that of a record which a connector has no messages for.
var noMeta = &engine.Meta{Timestamp: engine.MinTime}

func (p *Place) meta(row int) *engine.Meta {
	if p.Meta == nil {
		return noMeta
	}
	if m := p.Meta(row); m != nil {
		return m
	}
	return noMeta
}

func partition(into array.Builder, name string) func(int) string {
	numbers, ok := into.(*array.Int32Builder)
	if !ok {
		return func(int) string { into.(*array.StringBuilder).Append(name); return "" }
	}
	n, err := strconv.ParseInt(name, 10, 32)
	if err != nil {
		return func(int) string {
			return fmt.Sprintf("partition '%s' is not an INTEGER: declare it VARCHAR", name)
		}
	}
	return func(int) string { numbers.Append(int32(n)); return "" }
}

// notText is why bytes are no VARCHAR.
const notText = "the bytes are not UTF-8: declare it BLOB"

func appendBytes(into array.Builder, value []byte) string {
	texts, text := into.(*array.StringBuilder)
	switch {
	case value == nil:
		into.AppendNull()
	case !text:
		into.(*array.BinaryBuilder).Append(value)
	case !utf8.Valid(value):
		return notText
	default:
		texts.BinaryBuilder.Append(value)
	}
	return ""
}

func appendTime(into *array.TimestampBuilder, t engine.Time) {
	if t == engine.MinTime {
		into.AppendNull()
		return
	}
	into.Append(arrow.Timestamp(t))
}

func appendHeaders(into *array.MapBuilder, headers []engine.Header) string {
	last := make(map[string]int, len(headers))
	_, text := into.ItemBuilder().(*array.StringBuilder)
	for i, h := range headers {
		if !utf8.ValidString(h.Name) || text && !utf8.Valid(h.Value) {
			return fmt.Sprintf("the header %q: the bytes are not UTF-8: declare it MAP(VARCHAR, BLOB), if the name is", h.Name)
		}
		last[h.Name] = i
	}
	into.Append(true)
	for i, h := range headers {
		if last[h.Name] == i {
			into.KeyBuilder().(*array.StringBuilder).Append(h.Name)
			appendBytes(into.ItemBuilder(), h.Value)
		}
	}
	return ""
}

func appendTrace(into *array.StringBuilder, headers []engine.Header) {
	c := engine.TraceContextOf(headers)
	if c == "" {
		into.AppendNull()
		return
	}
	into.Append(string(c))
}

// sorted orders bad rows, and leaves one of each.
func sorted(bad []Bad) []Bad {
	slices.SortStableFunc(bad, func(a, b Bad) int { return a.Row - b.Row })
	return slices.CompactFunc(bad, func(a, b Bad) bool { return a.Row == b.Row })
}
