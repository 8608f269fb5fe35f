// Package duckdb connects Weir with DuckDB. Store keeps results, positions and state in one database file and answers queries
// about it; Evaluator computes the expressions that Weir has no kernels for.
//
// The store's internal tables are in schema.sql, the window macros in windows.sql. To add an internal table, add it there and
// raise formatVersion; to allow a function in queries, add it to the lists in sandbox.go, with an attack in its test.
package duckdb
