package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirdb/weir/benchmarks"
	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/engine"
)

// echo is a benchmark that reports the options that it was given.
var echo = bench.Benchmark{
	Name: "echo", Doc: "Says what it was given. Nothing is measured.", Example: "weir bench echo --event-count 3",
	Options: []engine.Option{
		{Name: "event_count", Doc: "How many events.", Default: "5", Kind: engine.Integer},
		{Name: "mode", Doc: "How.", Allowed: []string{"fast", "slow"}, Default: "fast"},
		{Name: "cold", Doc: "Without a warm-up.", Kind: engine.Boolean, Default: "false"},
	},
	Run: func(_ context.Context, o engine.Options, log io.Writer) (*bench.Report, error) {
		_, err := io.WriteString(log, "progress\n")
		return &bench.Report{
			Benchmark: "echo", Columns: []bench.Column{{Name: "count"}, {Name: "mode"}, {Name: "cold"}},
			Rows: [][]any{{o.Int("event_count"), o["mode"], o["cold"]}},
		}, err
	},
}

func runBench(all []bench.Benchmark, args ...string) (stdout, stderr string, err error) {
	var out, log bytes.Buffer
	c := benchCommandOf(all)
	c.SilenceErrors, c.SilenceUsage = true, true
	c.SetOut(&out)
	c.SetErr(&log)
	c.SetArgs(args)
	err = c.Execute()
	return out.String(), log.String(), err
}

func TestBenchOptionsBecomeFlags(t *testing.T) {
	out, log, err := runBench([]bench.Benchmark{echo}, "echo", "--event-count", "7", "--mode=slow", "--cold", "--json")
	if err != nil || log != "progress\n" {
		t.Fatalf("log %q, error %v", log, err)
	}
	var r bench.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if row := r.Rows[0]; row[0] != 7.0 || row[1] != "slow" || row[2] != "true" || len(r.Facts) == 0 {
		t.Errorf("report %+v", r)
	}
	out, _, err = runBench([]bench.Benchmark{echo}, "echo")
	if err != nil || !strings.Contains(out, "│     5 │ fast │ false │") || !strings.Contains(out, "duckdb ") {
		t.Errorf("error %v\n%s", err, out)
	}
}

func TestBenchMistakes(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"echo --event-count many", "want a whole number"},
		{"echo --mode odd", "allowed are 'fast', 'slow'"},
		{"echo --nosuch 1", "unknown flag: --nosuch"},
		{"echo more", `unknown command "more"`},
		{"other", "there is no benchmark other; there are echo"},
		{"echo --cpu-profile /nosuch/file", "--cpu-profile"},
	} {
		if _, _, err := runBench([]bench.Benchmark{echo}, strings.Fields(c.args)...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.args, err, c.want)
		}
	}
}

// TestBenchArgument: one option may stand without its name.
func TestBenchArgument(t *testing.T) {
	named := echo
	named.Argument = "mode"
	for _, args := range []string{"echo slow", "echo --mode slow"} {
		out, _, err := runBench([]bench.Benchmark{named}, strings.Fields(args)...)
		if err != nil || !strings.Contains(out, "│     5 │ slow │ false │") {
			t.Errorf("%s: error %v\n%s", args, err, out)
		}
	}
	if _, _, err := runBench([]bench.Benchmark{named}, "echo", "slow", "fast"); err == nil {
		t.Error("two arguments are no mistake")
	}
}

func TestBenchCPUProfile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cpu")
	if _, _, err := runBench([]bench.Benchmark{echo}, "echo", "--cpu-profile", path); err != nil {
		t.Fatal(err)
	}
	if profile, err := os.ReadFile(path); err != nil || len(profile) == 0 {
		t.Errorf("%d bytes, error %v", len(profile), err)
	}
}

// TestBenchHelp: every benchmark that there is shows its doc, its example and all of its options.
func TestBenchHelp(t *testing.T) {
	list, _, err := runBench(benchmarks.All)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range benchmarks.All {
		if !strings.Contains(list, b.Name+" ") || !strings.Contains(list, firstSentence(b.Doc)) {
			t.Errorf("no %s in\n%s", b.Name, list)
		}
		help, _, err := runBench(benchmarks.All, b.Name, "--help")
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(b.Example, "\n")
		wants := []string{b.Doc, first, "--json", "--cpu-profile"}
		for _, o := range b.Options {
			wants = append(wants, "--"+flagName(o)+" ", strings.Join(strings.Fields(o.Doc), " "))
		}
		for _, want := range wants {
			if !strings.Contains(strings.Join(strings.Fields(help), " "), want) {
				t.Errorf("%s: no %q in\n%s", b.Name, want, help)
			}
		}
	}
}
