package file

import (
	"bytes"
	"compress/gzip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// What a file holds is known from its size or its footer, or not at all; a file that was read on under another name keeps that.
func TestMeasure(t *testing.T) {
	f := newFolder(t)
	columns := []types.Field{col("a", types.BigInt)}
	f.write("x.ndjson", "{\"a\":1}\n{\"a\":2}\n")
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write([]byte("{\"a\":1}\n"))
	check(t, err)
	check(t, w.Close())
	f.write("y.ndjson.gz", packed.String())
	again := f.path("x.ndjson") + "#2"
	got, err := f.source(formatJSON, columns).Measure(t.Context(), map[string]int64{again: 8})
	check(t, err)
	want := map[string]engine.Extent{
		again:                 {End: 16, Size: 16, Unit: "bytes"},
		f.path("y.ndjson.gz"): {End: -1, Size: -1, Unit: "bytes"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	f = newFolder(t)
	f.write("x.csv", "a\n1\n2\n")
	got, err = f.source(formatCSV, columns).Measure(t.Context(), nil)
	check(t, err)
	if diff := cmp.Diff(map[string]engine.Extent{f.path("x.csv"): {End: -1, Size: 6, Unit: "bytes"}}, got); diff != "" {
		t.Error(diff)
	}

	f = newFolder(t)
	_, err = f.db.Exec("COPY (SELECT i AS a FROM range(1000) r(i)) TO '" + f.path("x.parquet") + "'")
	check(t, err)
	f.write("y.parquet", "PAR1 not complete yet")
	got, err = f.source(formatParquet, columns).Measure(t.Context(), nil)
	check(t, err)
	want = map[string]engine.Extent{
		f.path("x.parquet"): {End: 1000, Size: 1000, Unit: "rows"},
		f.path("y.parquet"): {End: -1, Size: -1, Unit: "rows"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
