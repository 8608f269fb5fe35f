// Package e2e tests the weir binary as its users run it: a process with files, signals, ports and exit codes. The judge of every
// result is DuckDB, asked for the same SELECT over the same events.
//
//	events ──► NDJSON, Kafka, CSV … ──► weir (killed, restarted, ended) ──► its database ─┐
//	   └──────► NDJSON ──► DuckDB: the view's SELECT ───────────────────────────────────► equal
//
// To add a test: start the binary with start or run, and compare with judge. Names of files are those of what is tested; the
// rest is the harness: process_test.go, events_test.go, views_test.go, judge_test.go.
package e2e
