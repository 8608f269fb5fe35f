package duckdb

import (
	"errors"
	"fmt"
	"strings"

	"github.com/duckdb/duckdb-go/v2/mapping"
	"github.com/weirdb/weir/engine/types"
)

// prepareCarried is prepare for a query of a user. Where it has columns of types that Weir does not carry, the statement is one around it, which
// casts them: an array of fixed length to a list, all others to VARCHAR, which is what DuckDB prints. shift is how far the query stands from the
// statement's beginning.
//
//	SELECT mood, n FROM t      WITH weir_result(c0, c1) AS (SELECT mood, n FROM t
//	                           ) SELECT c0::VARCHAR AS "mood", c1 AS "n" FROM weir_result
func (s *session) prepareCarried(sql string) (p *statement, shift int, err error) {
	if p, err = s.prepare(sql); err != nil || mapping.PreparedStatementType(p.stmt) != mapping.StatementTypeSelect {
		return p, 0, err
	}
	names, casts := p.casts()
	if casts == nil {
		return p, 0, nil
	}
	head := fmt.Sprintf("WITH weir_result(%s) AS (", strings.Join(names, ", "))
	around, err := s.prepare(head + strings.TrimRight(sql, "; \t\r\n") + "\n) SELECT " + strings.Join(casts, ", ") + " FROM weir_result")
	if err != nil {
		return p, 0, nil //nolint:nilerr // what cannot stand in a WITH stays, and its columns say why it cannot be read
	}
	p.close()
	return around, len(head), nil
}

// casts are numbered names for the columns, and what selects them by these in types that Weir carries; nil if all have such types.
func (p *statement) casts() (names, casts []string) {
	foreign := false
	for i := range mapping.PreparedStatementColumnCount(p.stmt) {
		name, as := fmt.Sprint("c", i), ""
		logical := mapping.PreparedStatementColumnLogicalType(p.stmt, i)
		if _, err := logicalTypeOf(logical); errors.As(err, new(*foreignTypeError)) {
			foreign, as = true, castOf(logical)
		}
		mapping.DestroyLogicalType(&logical)
		names = append(names, name)
		casts = append(casts, name+as+" AS "+types.QuoteIdent(mapping.PreparedStatementColumnName(p.stmt, i)))
	}
	if !foreign {
		return nil, nil
	}
	return names, casts
}

// castOf is what makes a value of a foreign type one that Weir carries.
func castOf(logical mapping.LogicalType) string {
	if mapping.GetTypeId(logical) != mapping.TypeArray {
		return "::VARCHAR"
	}
	if _, err := ownedTypeOf(mapping.ArrayTypeChildType(logical)); err != nil {
		return "::VARCHAR"
	}
	return "[:]" // a slice of an array is a list
}
