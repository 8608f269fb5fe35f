package metadata

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Columns puts the metadata of records beside the columns that were decoded from them. Several goroutines may use it.
type Columns struct {
	all []types.Field
	// Plain are those to decode, Own those that are metadata, both in the order of all.
	Plain, Own []types.Field
	schema     *arrow.Schema
}

// Of makes it for the columns that queries read of a source.
func Of(all []types.Field) *Columns {
	c := &Columns{all: all, Plain: Plain(all), schema: types.Schema(all)}
	for _, f := range all {
		if Is(f.Name) {
			c.Own = append(c.Own, f)
		}
	}
	return c
}

// Messages reports whether any of some columns of metadata is said by messages, so that a connector has to keep it with each record.
func Messages(own []types.Field) bool {
	for _, f := range own {
		if at := find(f.Name); at >= 0 && !All[at].Everywhere {
			return true
		}
	}
	return false
}

// Place tells of the rows of one fetch where they are from.
type Place struct {
	Partition string
	Offset    func(row int) int64
	Meta      func(row int) *engine.Meta // nil, or what it returns is nil, if there is none
}

// Bad is a row whose metadata cannot be had with the declared types.
type Bad struct {
	Row    int
	Reason string
}

// Join returns the rows with all columns. Plain has the decoded columns and may have, behind them and by their names, columns of
// metadata that the connector gives itself. Rows that are bad, ascending, have NULLs: they are to be removed. Join borrows plain; the
// caller releases the result.
func (c *Columns) Join(plain arrow.RecordBatch, at Place) (arrow.RecordBatch, []Bad, error) {
	if len(c.Own) == 0 {
		plain.Retain()
		return plain, nil, nil
	}
	columns, next := make([]arrow.Array, len(c.all)), 0
	var bad []Bad
	var made []arrow.Array
	for i, f := range c.all {
		switch {
		case !Is(f.Name):
			columns[i] = plain.Column(next)
			next++
		case given(plain, len(c.Plain), f.Name) >= 0:
			columns[i] = plain.Column(given(plain, len(c.Plain), f.Name))
		default:
			var err error
			if columns[i], bad, err = build(f, int(plain.NumRows()), at, bad); err != nil {
				return nil, nil, err
			}
			made = append(made, columns[i])
		}
	}
	out := array.NewRecordBatch(c.schema, columns, plain.NumRows())
	for _, a := range made {
		a.Release()
	}
	return out, sorted(bad), nil
}

// given is the position of a column of metadata that the connector gives; -1 if it does not.
func given(plain arrow.RecordBatch, from int, name string) int {
	for i := from; i < int(plain.NumCols()); i++ {
		if plain.ColumnName(i) == name {
			return i
		}
	}
	return -1
}

func build(f types.Field, rows int, at Place, bad []Bad) (arrow.Array, []Bad, error) {
	b := newBuilder(f, at)
	if b == nil {
		return nil, nil, fmt.Errorf("metadata: no column %s %s", f.Name, f.Type)
	}
	defer b.into.Release()
	b.into.Reserve(rows)
	for row := range rows {
		if reason := b.append(row); reason != "" {
			b.into.AppendNull()
			bad = append(bad, Bad{row, fmt.Sprintf("column %s: %s", f.Name, reason)})
		}
	}
	return b.into.NewArray(), bad, nil
}
