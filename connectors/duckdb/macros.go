package duckdb

// WindowMacros are the statements that make tumble, hop, cumulate and session in any DuckDB, as they are in the result database.
func WindowMacros() string { return windowsSQL }
