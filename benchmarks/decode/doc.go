// Package decode compares Weir's JSON decoder with other ways to get three columns out of JSON records:
//
//	go test -bench . -benchmem ./benchmarks/decode
//	go test -run TestStrictness -v ./benchmarks/decode
//
// Every contestant reads the same records and builds the same Arrow columns, and its sums are checked in every run. The records
// are bids of the Nexmark kind, flat, and readings of nested devices. README.md has the figures.
//
// To add a contestant: a file with a function that returns a reader, and a line in contestants. What it lets pass, which is
// no JSON, TestStrictness shows: speed is to be seen beside it.
package decode
