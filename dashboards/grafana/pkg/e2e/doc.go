// Package e2e tests the data source against a running Weir: the program that WEIR_PROGRAM names, or else one that is built from this
// repository, where there is a C compiler. To run only these: go test ./pkg/e2e.
package e2e
