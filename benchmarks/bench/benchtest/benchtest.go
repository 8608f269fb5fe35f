// Package benchtest is what the tests of benchmarks share. A test that builds weir imports cmd/weir/node for nothing, so that go test does
// not take an old result for another binary's.
package benchtest

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/engine"
)

// Options are a benchmark's options with some given, the others at their defaults.
func Options(t testing.TB, b bench.Benchmark, given map[string]string) engine.Options {
	t.Helper()
	o, err := engine.Validate(given, b.Options)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// Build builds weir into a folder of the test's own, and returns its path.
func Build(t testing.TB) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "weir")
	build := exec.Command("go", "build", "-tags", "duckdb_arrow", "-o", path, "github.com/weirdb/weir/cmd/weir")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build weir: %v\n%s", err, out)
	}
	return path
}
