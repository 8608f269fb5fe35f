package json

import (
	"fmt"
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// bids are flat records of 7 fields and about 200 bytes, with more fields at the end if asked for.
func bids(n int, more string) []engine.Record {
	out := make([]engine.Record, n)
	for i := range out {
		out[i].Value = fmt.Appendf(nil, `{"auction":%d,"bidder":%d,"price":%d,"channel":"channel-%d","url":"https://www.nexmark.com/gnb/qjz/sks/item.htm?query=1","date_time":"2024-01-02T03:%02d:%02d.%03d","extra":"%032d"%s}`,
			1000+i, 2000+i%100, 100+i*37, i%10, i/60%60, i%60, i%1000, i, more)
	}
	return out
}

func bidColumns() []types.Field {
	return []types.Field{
		field("auction", types.Of(types.BigInt)), field("price", types.Of(types.BigInt)), field("date_time", types.Of(types.Timestamp)),
	}
}

// BenchmarkDecode decodes batches of 2000 records; ns/record is the figure to watch.
func BenchmarkDecode(b *testing.B) {
	all := append(bidColumns(), field("bidder", types.Of(types.BigInt)), field("channel", types.Of(types.Varchar)),
		field("url", types.Of(types.Varchar)), field("extra", types.Of(types.Varchar)))
	for _, c := range []struct {
		name    string
		columns []types.Field
	}{{"columns=3", bidColumns()}, {"columns=7", all}} {
		b.Run(c.name, func(b *testing.B) { benchmarkDecode(b, c.columns, bids(2000, "")) })
	}
}

func benchmarkDecode(b *testing.B, columns []types.Field, in []engine.Record) {
	d := mustDecoder(b, columns, nil)
	size := 0
	for _, r := range in {
		size += len(r.Value)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		out, err := d.Decode(in)
		if err != nil || int(out.Rows.NumRows()) != len(in) {
			b.Fatal(err, out.Rejects)
		}
		out.Rows.Release()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(in)), "ns/record")
}
