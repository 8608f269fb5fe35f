package verify

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// tolerance is by how much of their size two floats may differ: the sum of the same floats depends on their order.
const tolerance = 1e-9

// rounding takes rows out of what differs that are equal but for the rounding of floats, also in a STRUCT, as a detector's result is: of the
// rows whose other columns are equal, the smallest on one side is held against the smallest on the other, and so on.
func (c *comparison) rounding() error {
	floats, others := leaves(c.view.Columns, "")
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

// leaves are expressions for the columns that are floats, and for the others. A STRUCT that has floats is taken to pieces.
func leaves(columns []types.Field, of string) (floats, others []string) {
	for _, f := range columns {
		column := types.QuoteIdent(f.Name)
		if of != "" {
			column = fmt.Sprintf("struct_extract(%s, %s)", of, types.QuoteString(f.Name))
		}
		switch f.Type.ID {
		case types.Double, types.Float:
			floats = append(floats, column)
			continue
		case types.Struct:
			if within, beside := leaves(f.Type.Fields, column); len(within) > 0 {
				floats = append(floats, within...)
				others = append(append(others, column+" IS NULL"), beside...)
				continue
			}
		}
		others = append(others, column)
	}
	return floats, others
}

// pairs makes the table of pairs of rows that are equal but for rounding. Floats and others are expressions over the view's columns.
func pairs(floats, others []string) string {
	on := []string{"a.weir_n = b.weir_n"}
	columns := "rowid AS weir_row"
	for i, expr := range others {
		columns += fmt.Sprintf(", %s AS o%d", expr, i)
		on = append(on, fmt.Sprintf("a.o%[1]d IS NOT DISTINCT FROM b.o%[1]d", i))
	}
	for i, expr := range floats {
		columns += fmt.Sprintf(", %s AS f%d", expr, i)
		on = append(on, fmt.Sprintf("(a.f%[1]d IS NOT DISTINCT FROM b.f%[1]d OR abs(a.f%[1]d - b.f%[1]d) <= %[2]g * greatest(abs(a.f%[1]d), abs(b.f%[1]d)))", i, tolerance))
	}
	by := ""
	if len(others) > 0 {
		by = "PARTITION BY " + strings.Join(others, ", ") + " "
	}
	side := func(table string) string {
		return fmt.Sprintf("(SELECT row_number() OVER (%sORDER BY %s) AS weir_n, %s FROM weir_verify.%s)", by, strings.Join(floats, ", "), columns, table)
	}
	return fmt.Sprintf("CREATE OR REPLACE TABLE weir_verify.pairs AS SELECT a.weir_row AS a, b.weir_row AS b FROM %s a JOIN %s b ON %s",
		side("extra"), side("missing"), strings.Join(on, " AND "))
}
