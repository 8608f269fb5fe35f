package runtime

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine/types"
)

// narrow is a column of one type as a column of another that has some of its STRUCT's fields only. It shares the values. The
// caller releases it.
//
//	decoded for all queries   STRUCT(room, floor, map)
//	what this query reads     STRUCT(room, map)
func narrow(a arrow.Array, has, want types.Type) arrow.Array {
	if has.Equal(want) {
		a.Retain()
		return a
	}
	data := narrowData(a.Data(), has, want)
	defer data.Release()
	return array.MakeFromData(data)
}

func narrowData(d arrow.ArrayData, has, want types.Type) arrow.ArrayData {
	if has.Equal(want) {
		d.Retain()
		return d
	}
	children := make([]arrow.ArrayData, 0, len(want.Fields))
	for i, f := range has.Fields {
		if k := len(children); k < len(want.Fields) && want.Fields[k].Name == f.Name {
			children = append(children, narrowData(d.Children()[i], f.Type, want.Fields[k].Type))
		}
	}
	out := array.NewData(want.Arrow(), d.Len(), d.Buffers(), children, d.NullN(), d.Offset())
	for _, c := range children {
		c.Release()
	}
	return out
}
