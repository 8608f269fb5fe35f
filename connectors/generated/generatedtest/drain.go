package generatedtest

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/weirdb/weir/engine"
)

// Poll polls once, and fails the test on any error, the end included. The caller releases the fetches' rows.
func Poll(t testing.TB, r engine.Reader) []engine.Fetch {
	t.Helper()
	fetches, err := r.Poll(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return fetches
}

// Drain reads to the end, and fails the test if a fetch's positions are not in order, if a partition's end is not told exactly
// once, or if something follows an end. The caller releases the fetches' rows.
func Drain(t testing.TB, r engine.Reader) []engine.Fetch {
	t.Helper()
	var all []engine.Fetch
	next := map[string]int64{}
	ended := map[string]bool{}
	for {
		fetches, err := r.Poll(context.Background())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fetches {
			if ended[f.Partition] {
				t.Fatalf("partition %s goes on after its end", f.Partition)
			}
			checkOrder(t, f, next[f.Partition])
			next[f.Partition], ended[f.Partition] = f.Next, f.End
		}
		all = append(all, fetches...)
	}
	for _, name := range r.Partitions() {
		if !ended[name] {
			t.Fatalf("the end of partition %s was not told", name)
		}
	}
	return all
}

// checkOrder wants positions from one on, ascending, before Next.
func checkOrder(t testing.TB, f engine.Fetch, from int64) {
	t.Helper()
	offsets := f.Offsets
	for _, r := range f.Records {
		offsets = append(offsets, r.Offset)
	}
	if f.Rows != nil && int(f.Rows.NumRows()) != len(f.Offsets) {
		t.Fatalf("partition %s: %d rows with %d offsets", f.Partition, f.Rows.NumRows(), len(f.Offsets))
	}
	for _, at := range offsets {
		if at < from || at >= f.Next {
			t.Fatalf("partition %s: offset %d is not in [%d, %d)", f.Partition, at, from, f.Next)
		}
		from = at + 1
	}
}
