package engine

import "github.com/weirdb/weir/engine/types"

// Function is a scalar function in Go, which a program that embeds Weir gives to SQL.
type Function struct {
	Name      string // as SQL calls it; it must not be the name of a function of DuckDB's
	Arguments []types.Type
	Returns   types.Type
	// Call computes one row. Arguments and result are as database/sql has them for the types: int32 for INTEGER, string, time.Time for
	// TIMESTAMP, []any for a list. It is not called where an argument is NULL: the result is NULL then. It must depend on nothing but
	// its arguments, and may be called by several goroutines at once. An error ends the query.
	Call func(arguments []any) (any, error)
}
