package verify

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// tolerance is by how much of their size two floats may differ: the sum of the same floats depends on their order.
const tolerance = 1e-9

// rounding takes rows out of what differs that are equal but for the rounding of floats: of the rows whose other columns are equal,
// the smallest on one side is held against the smallest on the other, and so on.
func (c *comparison) rounding() error {
	var floats, others []string
	for _, f := range c.view.Columns {
		if f.Type.ID == types.Double || f.Type.ID == types.Float {
			floats = append(floats, f.Name)
		} else {
			others = append(others, f.Name)
		}
	}
	if len(floats) == 0 {
		return nil
	}
	if err := c.results.exec(c.ctx, pairs(floats, others)); err != nil {
		return fmt.Errorf("compare floats: %w", err)
	}
	var err error
	if c.out.Rounded, err = c.results.number(c.ctx, "SELECT count(*) FROM weir_verify.pairs"); err != nil || c.out.Rounded == 0 {
		return err
	}
	return c.results.exec(c.ctx, `DELETE FROM weir_verify.extra WHERE rowid IN (SELECT a FROM weir_verify.pairs);
		DELETE FROM weir_verify.missing WHERE rowid IN (SELECT b FROM weir_verify.pairs)`)
}

// pairs makes the table of pairs of rows that are equal but for rounding.
func pairs(floats, others []string) string {
	on := []string{"a.weir_n = b.weir_n"}
	for _, name := range others {
		q := types.QuoteIdent(name)
		on = append(on, fmt.Sprintf("a.%s IS NOT DISTINCT FROM b.%s", q, q))
	}
	for _, name := range floats {
		q := types.QuoteIdent(name)
		on = append(on, fmt.Sprintf("(a.%[1]s IS NOT DISTINCT FROM b.%[1]s OR abs(a.%[1]s - b.%[1]s) <= %[2]g * greatest(abs(a.%[1]s), abs(b.%[1]s)))", q, tolerance))
	}
	by := ""
	if len(others) > 0 {
		by = "PARTITION BY " + quoted(others) + " "
	}
	side := func(table string) string {
		return fmt.Sprintf("(SELECT rowid AS weir_row, row_number() OVER (%sORDER BY %s) AS weir_n, * FROM weir_verify.%s)", by, quoted(floats), table)
	}
	return fmt.Sprintf("CREATE OR REPLACE TABLE weir_verify.pairs AS SELECT a.weir_row AS a, b.weir_row AS b FROM %s a JOIN %s b ON %s",
		side("extra"), side("missing"), strings.Join(on, " AND "))
}
