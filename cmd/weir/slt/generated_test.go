package slt

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

var generatedN = flag.Int("generated", 26, "how many generated tests to run, from -seed on")

// totals count views over all generated tests.
type totals struct {
	views, refused, unsupported, failing, empty atomic.Int64

	mu      sync.Mutex
	reasons map[string]int // why Weir does not support views
}

var where = regexp.MustCompile(`^v\d+: line \d+, column \d+: `)

// because counts the reasons of what is not supported.
func (t *totals) because(unsupported []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range unsupported {
		reason, _, _ := strings.Cut(where.ReplaceAllString(s, ""), " in a continuous query")
		t.reasons[strings.SplitN(reason, "\n", 2)[0]]++
	}
}

// TestGenerated runs generated queries over generated events, in DuckDB and in two of the four ways to stream.
func TestGenerated(t *testing.T) {
	sum := totals{reasons: map[string]int{}}
	t.Run("run", func(t *testing.T) {
		for n := range uint64(*generatedN) {
			t.Run(fmt.Sprintf("seed=%d", *seed+n), func(t *testing.T) {
				t.Parallel()
				testGenerated(t, generate(*seed+n), &sum)
			})
		}
	})
	views, refused, unsupported := sum.views.Load(), sum.refused.Load(), sum.unsupported.Load()
	t.Logf("%d views: %d that DuckDB refuses, %d that Weir does not support, %d that fail while they run, %d without rows", views, refused, unsupported, sum.failing.Load(), sum.empty.Load())
	for _, reason := range slices.Sorted(maps.Keys(sum.reasons)) {
		t.Logf("%5d %s", sum.reasons[reason], reason)
	}
	if views < 50 {
		return // too few to judge the grammar by
	}
	if refused*3 > views {
		t.Errorf("DuckDB refuses %d of %d views: the grammar must know better", refused, views)
	}
	if unsupported*10 > views {
		t.Errorf("Weir does not support %d of %d views", unsupported, views)
	}
}

func testGenerated(t *testing.T, c *generated, sum *totals) {
	sum.views.Add(int64(len(c.Views)))
	var seen *judged
	first := rand.New(rand.NewPCG(c.Seed, 2)).IntN(len(Ways))
	ways := []Way{Ways[first], Ways[(first+1)%len(Ways)]}
	err := tryGenerated(t.Context(), c, ways, &seen)
	if seen != nil {
		sum.refused.Add(int64(len(seen.refused)))
		sum.unsupported.Add(int64(len(seen.unsupported)))
		sum.failing.Add(int64(seen.failing))
		sum.empty.Add(int64(seen.empty))
		sum.because(seen.unsupported)
		for _, s := range append(seen.refused, seen.unsupported...) {
			t.Log(s)
		}
	}
	if err == nil {
		return
	}
	small := shrink(c, 150, func(c *generated) bool { return tryGenerated(t.Context(), c, ways, nil) != nil })
	err = tryGenerated(t.Context(), small, ways, &seen)
	t.Errorf("%v\nagain: go test ./cmd/weir/slt -run TestGenerated -generated 1 -seed %d\n\n%s", err, c.Seed, fileText(seen.file))
}

// tryGenerated judges and runs a test. What DuckDB said goes to seen.
func tryGenerated(ctx context.Context, c *generated, ways []Way, seen **judged) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	if seen != nil {
		*seen = &judged{file: c.file()}
	}
	dir, err := os.MkdirTemp("", "weir-generated")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	j, err := judge(c, dir)
	if err != nil {
		j = &judged{file: c.file()}
	}
	if seen != nil {
		*seen = j
	}
	if err != nil {
		return err
	}
	return j.run(ctx, ways, c.Seed)
}

// TestGeneratedFile holds the printed text of a test to what ReadFile makes of it.
func TestGeneratedFile(t *testing.T) {
	for seed := range uint64(20) {
		made := generate(seed).file()
		path := filepath.Join(t.TempDir(), "x.slt")
		if err := os.WriteFile(path, []byte(fileText(made)), 0o600); err != nil {
			t.Fatal(err)
		}
		read, err := ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if fileText(read) != fileText(made) {
			t.Errorf("seed %d: read back as\n%s", seed, fileText(read))
		}
	}
}
