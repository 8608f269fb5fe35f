package kafka

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/engine"
)

// BenchmarkPoll reads records of 250 bytes from 4 partitions of an in-process broker, whose work is in the figures too.
func BenchmarkPoll(b *testing.B) {
	b.Run("uncompressed", func(b *testing.B) { benchmarkPoll(b, kgo.NoCompression()) })
	b.Run("lz4", func(b *testing.B) { benchmarkPoll(b, kgo.Lz4Compression()) })
}

func benchmarkPoll(b *testing.B, codec kgo.CompressionCodec) {
	_, addr := fakeCluster(b, kfake.SeedTopics(4, "bid"), kfake.SyntheticFetch(kfake.SyntheticBatch{
		Records: 60, RecordBytes: 250, RandomFrac: 0.3, Compression: codec}))
	r := open(b, testSource(b, "brokers="+addr, "topic=bid"), engine.ReadOptions{})
	b.ReportAllocs()
	b.ResetTimer()
	bytes, records, polls := 0, 0, 0
	var room []engine.Record
	for records < b.N {
		fetches, err := r.Poll(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		polls++
		for _, f := range fetches {
			room, _ = unpacked(b, f, room[:0])
			records += len(room)
			for i := range room {
				bytes += len(room[i].Value)
			}
		}
	}
	b.SetBytes(int64(bytes / records))
	b.ReportMetric(float64(records)/float64(polls), "records/poll")
}
