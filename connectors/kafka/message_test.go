package kafka

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/metadata"
	"github.com/weirdb/weir/engine/types"
)

// produce writes records to partition 0, in one batch of each codec.
func produce(t *testing.T, addr, topic string, records ...*kgo.Record) {
	t.Helper()
	for _, codec := range []kgo.CompressionCodec{kgo.NoCompression(), kgo.ZstdCompression()} {
		p := producer(t, addr, kgo.ProducerBatchCompression(codec))
		for _, r := range records {
			again := *r
			again.Topic = topic
			p.Produce(t.Context(), &again, func(_ *kgo.Record, err error) {
				if err != nil {
					t.Error(err)
				}
			})
		}
		if err := p.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// messages reads the records of partition 0, with what they say beside their values.
func messages(t *testing.T, addr, topic string, own ...types.Field) (out []engine.Record) {
	t.Helper()
	r := open(t, testSource(t, "brokers="+addr, "topic="+topic), engine.ReadOptions{Bounded: true, Metadata: own})
	for {
		fetches, err := r.Poll(t.Context())
		if err != nil {
			return out
		}
		for _, f := range fetches {
			if f.Unpack == nil {
				continue
			}
			records, _, err := f.Unpack(nil)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, records...)
		}
	}
}

var keyColumn = types.Field{Name: metadata.Key, Type: types.Of(types.Blob)}

func TestMessagesHaveKeysTimesAndHeaders(t *testing.T) {
	_, addr := fakeCluster(t, kfake.SeedTopics(1, "bid"))
	start := time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC)
	long := bytes.Repeat([]byte("k"), 300)
	produce(t, addr, "bid",
		&kgo.Record{Value: []byte("{}"), Timestamp: start},
		&kgo.Record{Value: []byte("{1}"), Timestamp: start.Add(-time.Hour), Key: []byte{}, Headers: []kgo.RecordHeader{{Key: "a", Value: []byte("1")}, {Key: "b"}, {Key: "a", Value: []byte{}}}},
		&kgo.Record{Value: []byte("{2}"), Timestamp: start.Add(time.Hour), Key: long},
	)
	at := func(d time.Duration) engine.Time { return engine.Time(start.Add(d).UnixMicro()) }
	want := []engine.Meta{
		{Timestamp: at(0)},
		{Key: []byte{}, Timestamp: at(-time.Hour), Headers: []engine.Header{{Name: "a", Value: []byte("1")}, {Name: "b"}, {Name: "a", Value: []byte{}}}},
		{Key: long, Timestamp: at(time.Hour)},
	}
	got := messages(t, addr, "bid", keyColumn)
	if len(got) != 6 {
		t.Fatalf("%d records, want 6", len(got))
	}
	for i, r := range got {
		if diff := cmp.Diff(&want[i%3], r.Meta); diff != "" || r.Offset != int64(i) {
			t.Errorf("record %d at %d: %s", i, r.Offset, diff)
		}
	}
	for _, r := range messages(t, addr, "bid", types.Field{Name: metadata.Offset, Type: types.Of(types.BigInt)}) {
		if r.Meta != nil {
			t.Fatal("nobody asked what messages say")
		}
	}
}

// TestAppendTime: where the broker sets the time, it is the batch's last for all records.
func TestAppendTime(t *testing.T) {
	b := batch(make([]byte, headLength))
	b[atFirstTime+7], b[atLastTime+7] = 5, 9
	if got := b.time(2); got != 7000 {
		t.Errorf("time %d, want 7000", got)
	}
	b[atAttributes+1] = appendTimeBit
	if got := b.time(2); got != 9000 {
		t.Errorf("time %d, want 9000", got)
	}
	if got := millis(-1); got != engine.MinTime {
		t.Errorf("no time is %d", got)
	}
}

// TestDamagedMessages: whatever is cut off or changed in a batch, its records are an error or are read, and nothing panics.
func TestDamagedMessages(t *testing.T) {
	_, addr := fakeCluster(t, kfake.SeedTopics(1, "bid"))
	produce(t, addr, "bid", &kgo.Record{Value: []byte("{}"), Key: []byte("key"), Headers: []kgo.RecordHeader{{Key: "h", Value: []byte("v")}}})
	r := open(t, testSource(t, "brokers="+addr, "topic=bid"), engine.ReadOptions{}).(*reader)
	answered, err := r.client.Broker(0).Request(t.Context(), r.fetcher.request([]cursor{{number: 0, read: -1, epoch: -1}}, 0))
	if err != nil {
		t.Fatal(err)
	}
	whole, _, err := nextBatch(partitionBytes(answered))
	if err != nil {
		t.Fatal(err)
	}
	for at := headLength; at < len(whole); at++ {
		for _, b := range []byte{0, 1, 2, 0x7f, 0x80, 0xff} {
			damaged := batch(bytes.Clone(whole))
			damaged[at] = b
			damaged.sign()
			if _, err := damaged.unpackMessages(0, math.MaxInt64, kgo.DefaultDecompressor(), nil); err == nil && at == headLength && b != whole[at] {
				t.Errorf("a record of another length was read")
			}
		}
	}
}

// sign gives a batch the checksum that fits.
func (b batch) sign() {
	binary.BigEndian.PutUint32(b[atCRC:], crc32.Checksum(b[atAttributes:], castagnoli))
}

func partitionBytes(answered kmsg.Response) []byte {
	return answered.(*kmsg.FetchResponse).Topics[0].Partitions[0].RecordBatches
}
