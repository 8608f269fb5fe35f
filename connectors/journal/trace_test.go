package journal

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/weirdb/weir/engine"
)

const someTrace engine.TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 vendor=a"

// traces are those of records.
func traces(records []engine.Record) (out []engine.TraceContext) {
	for _, r := range records {
		if r.Meta == nil {
			out = append(out, "")
		} else {
			out = append(out, engine.TraceContextOf(r.Meta.Headers))
		}
	}
	return out
}

// Records are read with the trace that they were appended with, beside others that have none, from any position and after a restart.
func TestTraces(t *testing.T) {
	dir := t.TempDir()
	j := start(t, settings(dir))
	appendRange(t, j, 0, 2)
	check(t, j.AppendTraced(ctx, someTrace, [][]byte{record(2), record(3)}))
	appendRange(t, j, 4, 5)
	check(t, j.Close())
	j, err := Open(settings(dir))
	check(t, err)
	want := []engine.TraceContext{"", "", someTrace, someTrace, ""}
	for from := range want {
		records, letters := drain(t, j, int64(from))
		isRange(t, records, from, len(want))
		if diff := cmp.Diff(want[from:], traces(records)); diff != "" || len(letters) > 0 {
			t.Errorf("from %d: %d dead letters, %s", from, len(letters), diff)
		}
	}
}

// A block with a trace that is damaged is found like any other, and the one behind it too.
func TestDamagedTrace(t *testing.T) {
	for offset := range headBytes + 3 {
		dir := t.TempDir()
		j := start(t, settings(dir))
		for n := range 3 {
			check(t, j.AppendTraced(ctx, someTrace, [][]byte{record(n)}))
		}
		size := j.segments[0].size / 3
		check(t, j.Close())
		text, err := os.ReadFile(j.path(0))
		check(t, err)
		text[int(size)+offset] ^= 0xff
		check(t, os.WriteFile(j.path(0), text, 0o600))
		j, err = Open(settings(dir))
		check(t, err)
		records, letters := drain(t, j, 0)
		if len(records) != 2 || len(letters) != 1 || letters[0].Offset != 1 {
			t.Fatalf("byte %d damaged: %d records, dead letters %v", offset, len(records), letters)
		}
		if diff := cmp.Diff([]engine.TraceContext{someTrace, someTrace}, traces(records)); diff != "" {
			t.Error(diff)
		}
	}
}
