package frame

import (
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// Arrow gathers the batches of one result.
type Arrow struct {
	columns []arrowColumn
	rows    int
}

// arrowColumn takes the values of one column.
type arrowColumn interface {
	add(values arrow.Array)
	field() *data.Field
}

// NewArrow gathers batches of a schema.
func NewArrow(schema *arrow.Schema) *Arrow {
	a := &Arrow{}
	for _, f := range schema.Fields() {
		a.columns = append(a.columns, newArrowColumn(f))
	}
	return a
}

// Add copies the values of a batch.
func (a *Arrow) Add(batch arrow.RecordBatch) {
	for i, c := range a.columns {
		c.add(batch.Column(i))
	}
	a.rows += int(batch.NumRows())
}

// Rows is how many rows there are.
func (a *Arrow) Rows() int { return a.rows }

// Frame is the result so far. Fields of the same name get different ones.
func (a *Arrow) Frame() *data.Frame {
	f := data.NewFrame("")
	for _, c := range a.columns {
		f.Fields = append(f.Fields, c.field())
	}
	unique(f)
	return f
}

// reader reads one value; false for null.
type reader[T any] func(i int) (T, bool)

// typed is a column whose arrays are read by one function.
type typed[T any] struct {
	column[T]
	read func(arrow.Array) reader[T]
}

func (t *typed[T]) add(values arrow.Array) {
	into := t.grow(values.Len())
	read := t.read(values)
	block := make([]T, values.Len()) // one allocation for all values
	for i := range into {
		if values.IsNull(i) {
			continue
		}
		v, ok := read(i)
		if ok {
			block[i] = v
			into[i] = &block[i]
		}
	}
}

// storage is an array without its extension type: the values are the same.
func storage(a arrow.Array) arrow.Array {
	if e, ok := a.(array.ExtensionArray); ok {
		return e.Storage()
	}
	return a
}

func itoa(n int) string { return strconv.Itoa(n) }
