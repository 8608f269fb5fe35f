package node_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// mask hides all of a text but its last n characters.
var mask = engine.Function{
	Name: "mask", Arguments: []types.Type{types.Of(types.Varchar), types.Of(types.Integer)}, Returns: types.Of(types.Varchar),
	Call: func(arguments []any) (any, error) {
		text, n := []rune(arguments[0].(string)), int(arguments[1].(int32))
		if n < 0 {
			return nil, errors.New("mask: a negative number of characters")
		}
		hidden := max(0, len(text)-n)
		return strings.Repeat("*", hidden) + string(text[hidden:]), nil
	},
}

const pipeline = `
CREATE SOURCE payment (card VARCHAR, amount INTEGER) WITH (connector = 'file', path = '%s', format = 'json');
CREATE MATERIALIZED VIEW per_card AS SELECT mask(card, 4) AS card, sum(amount) AS total FROM payment GROUP BY ALL;
CREATE MATERIALIZED VIEW pairs AS
SELECT a.amount AS a, b.amount AS b FROM payment a JOIN payment b ON mask(a.card, 1) = mask(b.card, 1) AND a.amount < b.amount;
`

// A program that embeds Weir gives SQL a function of its own: it registers it, applies statements, runs, and reads the views.
func Example_embed() {
	dir, err := os.MkdirTemp("", "weir-example-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "payments.ndjson")
	events := `{"card": "1111222233334444", "amount": 5}
{"card": null, "amount": 1}
{"card": "1111222233334444", "amount": 7}`
	if err := os.WriteFile(path, []byte(events), 0o600); err != nil {
		panic(err)
	}
	ctx := context.Background()
	n, err := node.Open(ctx, node.Options{Workers: 2, Bounded: true, Functions: []engine.Function{mask}})
	if err != nil {
		panic(err)
	}
	defer n.Close()
	if _, err := n.Apply(ctx, fmt.Sprintf(pipeline, path)); err != nil {
		panic(err)
	}
	if err := n.Run(ctx); err != nil {
		panic(err)
	}
	show(n, "SELECT concat_ws(' ', coalesce(card, 'none'), total) FROM per_card ORDER BY total")
	show(n, "SELECT concat_ws(' ', a, b) FROM pairs")
	show(n, "SELECT mask('secret', 2)")
	// Output:
	// none 1
	// ************4444 12
	// 5 7
	// ****et
}

// show prints a query's only column.
func show(n *node.Node, query string) {
	rows, err := n.Store().Query(context.Background(), query, duckdb.Limits{})
	if err != nil {
		panic(err)
	}
	defer rows.Release()
	for rows.Next() {
		column := rows.RecordBatch().Column(0).(*array.String)
		for i := range column.Len() {
			fmt.Println(column.Value(i))
		}
	}
}
