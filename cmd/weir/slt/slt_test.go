package slt

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var (
	seeds = flag.Int("seeds", 1, "how many random runs of each way")
	seed  = flag.Uint64("seed", 1, "the first seed")
	files = flag.String("files", "testdata/*.slt", "the files to run")
)

// TestFiles runs every file in testdata, or those that -files names, five ways.
func TestFiles(t *testing.T) {
	paths, err := filepath.Glob(*files)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no test files: %v", err)
	}
	for _, path := range paths {
		f, err := ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(path), ".slt"), func(t *testing.T) {
			t.Parallel()
			testFile(t, f)
		})
	}
}

func testFile(t *testing.T, f *File) {
	if !f.Ordered {
		t.Run("batch", func(t *testing.T) {
			if err := RunBatch(f, t.TempDir()); err != nil {
				t.Error(err)
			}
		})
	}
	for _, way := range Ways {
		for n := range uint64(*seeds) {
			t.Run(fmt.Sprintf("%s/seed=%d", way.Name, *seed+n), func(t *testing.T) {
				if err := RunStream(t.Context(), f, way, *seed+n, t.TempDir()); err != nil {
					t.Errorf("%v\nagain: go test ./cmd/weir/slt -run '%s' -seeds 1 -seed %d", err, t.Name(), *seed+n)
				}
			})
		}
	}
}

// TestReadFile keeps a file that is not understood from being counted as passed.
func TestReadFile(t *testing.T) {
	for text, want := range map[string]string{
		"nonsense\n":         "block begins with",
		"query\nSELECT 1\n":  "no line ----",
		"statement\nSELECT ": "block begins with",
	} {
		path := filepath.Join(t.TempDir(), "x.slt")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadFile(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}
