// Package macro expands what Grafana adds to SQL: $__timeFilter(ts) and its kin. It runs in the back end, so that alert rules, recording
// rules and annotations have it as panels do.
//
// A macro is expanded where SQL has code: in strings, quoted identifiers, comments and dollar quotes it is text. One exception: a string
// that is nothing but '$__interval' or '$__interval_ms', as people write INTERVAL '$__interval'. Arguments may be any expressions, with
// parentheses, strings and macros in them.
//
//	lex.go        SQL cut into tokens, as DuckDB cuts it
//	expand.go     finds macros and their arguments, and puts their text in their place
//	list.go       the macros there are, each with what it means: help and completion come from here
//	time.go       those of the time range and of time buckets; interval.go the spans they take
//	adhoc.go      $__adhocFilters and $__conditionalAll
//	position.go   from a place in the expanded statement back to the one that was typed
//
// To add a macro: an entry in list.go, with the function that writes it.
package macro
