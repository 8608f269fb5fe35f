package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// program is the Weir under test; empty if there is none, and then missing says why.
var (
	program string
	missing error
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "weir-grafana-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program, missing = findProgram(dir)
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// findProgram takes WEIR_PROGRAM, or builds cmd/weir.
func findProgram(dir string) (string, error) {
	if p := os.Getenv("WEIR_PROGRAM"); p != "" {
		_, err := os.Stat(p)
		return p, err
	}
	if _, err := exec.LookPath("gcc"); err != nil {
		return "", errors.New("no Weir to test with: set WEIR_PROGRAM to one (make build makes bin/weir), or install gcc so that it can be built here")
	}
	root, err := filepath.Abs("../../../..")
	if err != nil {
		return "", err
	}
	p := filepath.Join(dir, "weir")
	build := exec.Command("go", "build", "-tags", "duckdb_arrow", "-o", p, "./cmd/weir")
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=1", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("no Weir to test with: it cannot be built here (set WEIR_PROGRAM to one): %w\n%s", err, out)
	}
	return p, nil
}
