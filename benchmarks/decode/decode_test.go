package decode

import (
	"math"
	"testing"
	"time"
)

// reader builds the three columns of a batch of records, and adds them up.
type reader func(records [][]byte) (sums, error)

// contestants, with a function that returns a reader of flat or nested records; a nil reader if it has none.
var contestants = []struct {
	name string
	new  func(nested bool) (reader, error)
}{
	{"weir", weir},
	{"hand-unchecked", hand},
	{"jsonparser", paths},
	{"sonic-fast", sonicFast},
	{"sonic-strict", sonicStrict},
	{"jx", jxReader},
	{"fastjson", fast},
	{"goccy", goccyJSON},
	{"encoding-json", encodingJSON},
	{"arrow-json", arrowJSON},
}

func mustRead(t testing.TB, name string, read reader, d data) {
	t.Helper()
	got, err := read(d.records)
	if err != nil || got != d.want {
		t.Fatalf("%s: %v, %v; want %v", name, got, err, d.want)
	}
}

func TestSums(t *testing.T) {
	for i, d := range []data{bids(), readings()} {
		for _, c := range contestants {
			read, err := c.new(i == 1)
			if err != nil {
				t.Fatal(err)
			}
			if read != nil {
				mustRead(t, c.name, read, d)
			}
		}
	}
}

// BenchmarkDecode reports ns/record, and least-ns/record: of the fastest batch, which a busy machine disturbs less.
func BenchmarkDecode(b *testing.B) {
	for i, d := range []data{bids(), readings()} {
		for _, c := range contestants {
			read, err := c.new(i == 1)
			if err != nil {
				b.Fatal(err)
			}
			if read != nil {
				b.Run(d.name+"/"+c.name, func(b *testing.B) { benchmark(b, c.name, read, d) })
			}
		}
	}
}

func benchmark(b *testing.B, name string, read reader, d data) {
	size := 0
	for _, r := range d.records {
		size += len(r)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	least := time.Duration(math.MaxInt64)
	for b.Loop() {
		start := time.Now()
		mustRead(b, name, read, d)
		least = min(least, time.Since(start))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/record")
	b.ReportMetric(float64(least.Nanoseconds())/rows, "least-ns/record")
}
