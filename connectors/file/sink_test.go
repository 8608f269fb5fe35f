package file

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

var sinkColumns = []types.Field{col("n", types.BigInt), col("s", types.Varchar)}

// delivery is an epoch whose one batch has the rows n = values.
func delivery(t *testing.T, epoch int64, weights []int8, values ...int64) engine.Delivery {
	t.Helper()
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(sinkColumns))
	defer b.Release()
	for _, v := range values {
		b.Field(0).(*array.Int64Builder).Append(v)
		b.Field(1).(*array.StringBuilder).Append(fmt.Sprint("s,", v))
	}
	rows := b.NewRecordBatch()
	t.Cleanup(rows.Release)
	return engine.Delivery{Epoch: epoch, Columns: sinkColumns, Changes: []engine.Batch{{Rows: rows, Weights: weights}}}
}

func openSink(t *testing.T, path, format, weights string) engine.Sink {
	t.Helper()
	o, err := engine.Validate(map[string]string{"path": path, "weights": weights}, Connector.SinkOptions)
	check(t, err)
	s, err := Connector.Sink(engine.SinkConfig{Name: "s", Format: format, Columns: sinkColumns, Options: o})
	check(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func fileText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	check(t, err)
	return string(text)
}

func TestSinkWritesLines(t *testing.T) {
	for _, c := range []struct {
		name, format, weights, want string
		deliveries                  []engine.Delivery
	}{
		{"json", "json", "auto", "{\"n\":1,\"s\":\"s,1\"}\n{\"n\":2,\"s\":\"s,2\"}\n{\"n\":3,\"s\":\"s,3\"}\n",
			[]engine.Delivery{delivery(t, 0, nil, 1, 2), delivery(t, 1, nil), delivery(t, 2, nil, 3)}},
		{"json weights", "json", "auto", "{\"n\":1,\"s\":\"s,1\"}\n{\"n\":1,\"s\":\"s,1\",\"weir_weight\":-1}\n{\"n\":2,\"s\":\"s,2\",\"weir_weight\":1}\n",
			[]engine.Delivery{delivery(t, 1, nil, 1), delivery(t, 2, []int8{-1, 1}, 1, 2)}},
		{"json always", "json", "always", "{\"n\":1,\"s\":\"s,1\",\"weir_weight\":1}\n", []engine.Delivery{delivery(t, 1, nil, 1)}},
		{"csv", "csv", "auto", "n,s\n1,\"s,1\"\n2,\"s,2\"\n", []engine.Delivery{delivery(t, 1, nil, 1), delivery(t, 2, nil, 2)}},
		{"csv weights", "csv", "auto", "n,s,weir_weight\n1,\"s,1\",1\n1,\"s,1\",-1\n2,\"s,2\",1\n",
			[]engine.Delivery{delivery(t, 1, []int8{1}, 1), delivery(t, 2, []int8{-1}, 1), delivery(t, 3, nil, 2)}},
		{"csv always", "csv", "always", "n,s,weir_weight\n1,\"s,1\",1\n", []engine.Delivery{delivery(t, 1, nil, 1)}},
		{"default is json", "", "auto", "{\"n\":1,\"s\":\"s,1\"}\n", []engine.Delivery{delivery(t, 1, nil, 1)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "out")
			for _, d := range c.deliveries {
				s := openSink(t, path, c.format, c.weights) // a restart before each
				check(t, s.Deliver(t.Context(), d))
				check(t, s.Deliver(t.Context(), d)) // again: no effect
				check(t, s.Close())
			}
			if got := fileText(t, path); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// TestSinkAfterCrash restores every state that a crash in the middle of a delivery can leave, and delivers again.
func TestSinkAfterCrash(t *testing.T) {
	for _, format := range []string{"json", "csv"} {
		folder := t.TempDir()
		path := filepath.Join(folder, "out")
		s := openSink(t, path, format, "auto")
		check(t, s.Deliver(t.Context(), delivery(t, 7, nil, 1, 2)))
		before, oldSide := fileText(t, path), fileText(t, path+".weir")
		next := delivery(t, 8, nil, 3, 4)
		check(t, s.Deliver(t.Context(), next))
		check(t, s.Close())
		after, newSide := fileText(t, path), fileText(t, path+".weir")
		for cut := len(before); cut <= len(after); cut++ {
			redo(t, path, after[:cut], oldSide, format, next, after)
		}
		redo(t, path, after, newSide, format, next, after)
		redo(t, path, after+"rubbish", newSide, format, next, after)
	}
}

func redo(t *testing.T, path, text, side, format string, d engine.Delivery, want string) {
	t.Helper()
	check(t, os.WriteFile(path, []byte(text), 0o644))
	check(t, os.WriteFile(path+".weir", []byte(side), 0o644))
	s := openSink(t, path, format, "auto")
	check(t, s.Deliver(t.Context(), d))
	check(t, s.Close())
	if got := fileText(t, path); got != want {
		t.Fatalf("after a crash at byte %d: got\n%s\nwant\n%s", len(text), got, want)
	}
}

func TestSinkKeepsAFileThatWasThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	check(t, os.WriteFile(path, []byte("n,s\n0,x\n"), 0o644))
	check(t, openSink(t, path, "csv", "auto").Deliver(t.Context(), delivery(t, 1, nil, 1)))
	if got := fileText(t, path); got != "n,s\n0,x\n1,\"s,1\"\n" {
		t.Errorf("got %q", got)
	}
}

func TestSinkErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	s := openSink(t, path, "csv", "auto")
	check(t, s.Deliver(t.Context(), delivery(t, 1, nil, 1)))
	before := fileText(t, path)
	err := s.Deliver(t.Context(), delivery(t, 2, []int8{-1}, 1))
	if err == nil || !strings.Contains(err.Error(), "weights = 'always'") || fileText(t, path) != before {
		t.Errorf("weights after a header without: %v", err)
	}
	check(t, s.Close())
	if err := s.Deliver(t.Context(), delivery(t, 3, nil, 1)); err == nil || !strings.Contains(err.Error(), "file: write "+path) {
		t.Errorf("write to a closed file: %v", err)
	}
	for what, c := range map[string]struct{ format, path, side, want string }{
		"folder":    {"json", filepath.Join(path, "no"), "", "open sink"},
		"format":    {"parquet", path, "", "a sink writes 'json' or 'csv'"},
		"too short": {"json", path, `{"epoch":1,"length":1000}`, "restore the file, or remove both"},
		"no json":   {"json", path, "x", "read " + path + ".weir"},
	} {
		check(t, os.WriteFile(path+".weir", []byte(c.side), 0o644))
		_, err := Connector.Sink(engine.SinkConfig{Format: c.format, Options: engine.Options{"path": c.path}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
