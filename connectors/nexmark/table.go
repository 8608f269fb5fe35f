package nexmark

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// table is one of the three streams.
type table struct {
	name string
	// first and count say which places of each round of 50 events belong to the table:
	//
	//	 0      1 2 3     4 … 49
	//	person  auction   bid
	first, count int64
	columns      []column
}

// column makes the values of one column. Exactly one of number, when and text is set; each gets an event's number.
type column struct {
	name   string
	number func(g *generator, n int64) int64              // BIGINT
	when   func(g *generator, n int64) int64              // TIMESTAMP, in µs since 1970
	text   func(g *generator, dst []byte, n int64) []byte // VARCHAR: appends the value to dst
}

var tables = []*table{
	{name: "person", first: 0, count: people, columns: personColumns},
	{name: "auction", first: people, count: auctions, columns: auctionColumns},
	{name: "bid", first: people + auctions, count: bids, columns: bidColumns},
}

func tableNames() []string {
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = t.name
	}
	return names
}

func tableByName(name string) (*table, error) {
	for _, t := range tables {
		if t.name == name {
			return t, nil
		}
	}
	return nil, fmt.Errorf("option table = '%s': allowed are '%s'", name, strings.Join(tableNames(), "', '"))
}

func (t *table) fields() []types.Field {
	out := make([]types.Field, len(t.columns))
	for i := range t.columns {
		out[i] = types.Field{Name: t.columns[i].name, Type: t.columns[i].sqlType()}
	}
	return out
}

// choose finds the columns that a reader asked for, in its order.
func (t *table) choose(asked []types.Field) ([]column, error) {
	chosen := make([]column, len(asked))
	for i, f := range asked {
		c, ok := t.column(f.Name)
		if !ok {
			return nil, fmt.Errorf("table %s has no column %s; it has %s", t.name, f.Name, t.columnNames())
		}
		if !c.sqlType().Equal(f.Type) {
			return nil, fmt.Errorf("column %s of table %s is %s, not %s", f.Name, t.name, c.sqlType(), f.Type)
		}
		chosen[i] = c
	}
	return chosen, nil
}

func (t *table) column(name string) (column, bool) {
	for _, c := range t.columns {
		if strings.EqualFold(c.name, name) {
			return c, true
		}
	}
	return column{}, false
}

func (t *table) columnNames() string {
	names := make([]string, len(t.columns))
	for i := range t.columns {
		names[i] = t.columns[i].name
	}
	return strings.Join(names, ", ")
}

func (c *column) sqlType() types.Type {
	switch {
	case c.number != nil:
		return types.Of(types.BigInt)
	case c.when != nil:
		return types.Of(types.Timestamp)
	}
	return types.Of(types.Varchar)
}
