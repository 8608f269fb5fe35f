package planner

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// CheckCondition returns why a condition over one row of some columns does not work; nil if it does. Where it fails on a row, that must not fail
// what it is asked in, so it is asked in TRY, which takes no subqueries.
func (p *Planner) CheckCondition(columns []types.Field, condition string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	nulls := make([]string, len(columns))
	for i, f := range columns {
		nulls[i] = fmt.Sprintf("NULL::%s AS %s", f.Type, types.QuoteIdent(f.Name))
	}
	query := fmt.Sprintf("SELECT TRY((%s\n)::BOOLEAN) FROM (SELECT %s)", condition, strings.Join(nulls, ", "))
	if err := p.refuseImpure(query); err != nil {
		return err
	}
	rows, err := p.conn.QueryContext(context.Background(), query)
	if err != nil {
		message, _, _ := strings.Cut(err.Error(), "\n\nLINE ") // of a query that the user has not written
		return errors.New(message)
	}
	return errors.Join(rows.Close(), rows.Err())
}
