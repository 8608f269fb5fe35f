package kafka

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/weirdb/weir/engine"
)

// codecs are all that producers may compress with.
var codecs = map[string]kgo.CompressionCodec{
	"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
	"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
}

// Values of all lengths, with keys and headers beside them, come out of every codec as they went in.
func TestUnpackCodecs(t *testing.T) {
	for name, codec := range codecs {
		t.Run(name, func(t *testing.T) {
			_, addr := fakeCluster(t, kfake.SeedTopics(1, "bid"))
			p := producer(t, addr, kgo.ProducerBatchCompression(codec), kgo.ProducerBatchMaxBytes(900_000))
			var want []string
			for i := range 400 {
				value := strings.Repeat("x", i*i/3+1)
				want = append(want, value)
				r := &kgo.Record{Topic: "bid", Value: []byte(value), Key: bytes.Repeat([]byte("k"), i%70),
					Headers: []kgo.RecordHeader{{Key: "h", Value: []byte(value[:i/4+1])}}}
				p.Produce(t.Context(), r, func(_ *kgo.Record, err error) {
					if err != nil {
						t.Error(err)
					}
				})
			}
			if err := p.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			got := readAll(t, open(t, testSource(t, "brokers="+addr, "topic=bid"), engine.ReadOptions{Bounded: true}))
			if len(got.values["0"]) != len(want) {
				t.Fatalf("%d records, want %d", len(got.values["0"]), len(want))
			}
			for i, v := range got.values["0"] {
				if v != want[i] {
					t.Fatalf("record %d has %d bytes, want %d", i, len(v), len(want[i]))
				}
			}
		})
	}
}

// response is what a broker sends for a partition with n records.
func response(t *testing.T, n int) *kmsg.FetchResponseTopicPartition {
	t.Helper()
	_, addr := fakeCluster(t, kfake.SeedTopics(1, "bid"))
	p := producer(t, addr)
	for i := 0; i < n; i += 10 {
		write(t, p, "bid", 0, i, 10)
	}
	r := open(t, testSource(t, "brokers="+addr, "topic=bid"), engine.ReadOptions{}).(*reader)
	c := cursor{number: 0, read: -1, epoch: -1}
	answered, err := r.client.Broker(0).Request(t.Context(), r.fetcher.request([]cursor{c}, 0))
	if err != nil {
		t.Fatal(err)
	}
	return &answered.(*kmsg.FetchResponse).Topics[0].Partitions[0]
}

// A response may be cut off anywhere behind its first batch: what is whole is read, and the next position is behind it.
func TestResponseCutOff(t *testing.T) {
	p := response(t, 50)
	whole := p.RecordBatches
	first, _, err := nextBatch(whole)
	if err != nil {
		t.Fatal(err)
	}
	for cut := len(first); cut <= len(whole); cut++ {
		p.RecordBatches = whole[:cut]
		a := readPartition(p, 0, true)
		records, _, err := a.unpack(0, math.MaxInt64, kgo.DefaultDecompressor(), nil)
		if err != nil || a.err != nil {
			t.Fatalf("cut at %d: %v, %v", cut, a.err, err)
		}
		if int64(len(records)) != a.next || len(records) < 10 || len(records) > 50 {
			t.Fatalf("cut at %d: %d records, next %d", cut, len(records), a.next)
		}
	}
}

// Whatever byte of a batch is damaged, its records are not read: nothing panics, nothing is taken for a record.
func TestDamagedBatchIsAnError(t *testing.T) {
	p := response(t, 10)
	whole := p.RecordBatches
	for at := range whole {
		damaged := bytes.Clone(whole)
		damaged[at] ^= 0x55
		p.RecordBatches = damaged
		a := readPartition(p, 0, true)
		records, _, err := a.unpack(0, math.MaxInt64, kgo.DefaultDecompressor(), nil)
		if at > atMagic && a.err == nil && err == nil && len(records) > 0 {
			t.Errorf("byte %d damaged: %d records and no error", at, len(records))
		}
	}
}

// A batch that says that it has more records than it holds, or a record longer than the batch, is damaged even if the sum fits.
func TestRecordsThatDoNotFit(t *testing.T) {
	for _, in := range [][]byte{nil, {}, {2}, {0}, {1}, {20, 0, 0}, {8, 0, 0, 0, 9}, bytes.Repeat([]byte{0xff}, 30)} {
		if _, _, _, ok := nextRecord(in); ok {
			t.Errorf("% x was taken for a record", in)
		}
	}
	delta, value, rest, ok := nextRecord([]byte{14, 0, 0, 6, 1, 4, 'h', 'i', 99})
	if !ok || delta != 3 || string(value) != "hi" || len(rest) != 1 {
		t.Errorf("offset delta %d, value %q, %d bytes behind, %t; want 3, hi, 1, true", delta, value, len(rest), ok)
	}
}

// What the short way takes for a record, the long way takes for the same. Bytes are small mostly, as lengths and deltas are.
func TestShortRecordIsTheLongOne(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	short := 0
	for range 300_000 {
		in := make([]byte, random.IntN(80))
		for i := range in {
			in[i] = byte(random.IntN(1 << (1 + random.IntN(8))))
		}
		delta, value, rest, ok := shortRecord(in)
		if !ok {
			continue
		}
		short++
		longDelta, longValue, longRest, ok := nextRecord(in)
		if !ok || delta != longDelta || !bytes.Equal(value, longValue) || len(rest) != len(longRest) {
			t.Fatalf("% x\nshort: %d, % x, %d bytes behind\nlong:  %d, % x, %d bytes behind, %t",
				in, delta, value, len(rest), longDelta, longValue, len(longRest), ok)
		}
	}
	if short < 1000 {
		t.Errorf("only %d records took the short way", short)
	}
}

func TestVarint(t *testing.T) {
	for _, v := range []int64{0, -1, 1, 63, -64, 64, 8191, -8192, 8192, math.MaxInt32, math.MinInt64, math.MaxInt64} {
		b := appendVarint(v)
		if got, n := varint(b); got != v || n != len(b) {
			t.Errorf("%d was read as %d, %d bytes of %d", v, got, n, len(b))
		}
		if _, n := varint(b[:len(b)-1]); n > 0 {
			t.Errorf("%d without its last byte was read", v)
		}
	}
}

func appendVarint(v int64) []byte {
	var out []byte
	for u := uint64(v)<<1 ^ uint64(v>>63); ; u >>= 7 {
		if u < 0x80 {
			return append(out, byte(u))
		}
		out = append(out, byte(u)|0x80)
	}
}

func TestOldFormatsAreKnown(t *testing.T) {
	raw := make([]byte, 100)
	raw[atLength+3] = 60
	if _, _, err := nextBatch(raw); !errors.Is(err, errOldFormat) {
		t.Errorf("magic 0: %v", err)
	}
	raw[atMagic] = 3
	if _, _, err := nextBatch(raw); err == nil || errors.Is(err, errOldFormat) {
		t.Errorf("magic 3: %v", err)
	}
}

// BenchmarkUnpack cuts batches of 4000 records of 260 bytes out of memory that the processor's cache has not seen lately.
func BenchmarkUnpack(b *testing.B) {
	const records = 4000
	var body []byte
	for i := range records {
		record := append([]byte{0}, appendVarint(int64(i/10))...)
		record = append(record, appendVarint(int64(i))...)
		record = append(record, appendVarint(-1)...)
		record = append(append(record, appendVarint(260)...), bytes.Repeat([]byte("x"), 260)...)
		record = append(record, 0)
		body = append(append(body, appendVarint(int64(len(record)))...), record...)
	}
	batches := make([]batch, 64)
	for i := range batches {
		batches[i] = sealed(append(make([]byte, headLength), body...), records)
	}
	room := make([]engine.Record, 0, records)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		var err error
		if room, err = batches[i%len(batches)].unpack(0, math.MaxInt64, nil, room[:0]); err != nil || len(room) != records {
			b.Fatal(len(room), err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/records, "ns/record")
}

// sealed fills in the head of a batch.
func sealed(raw []byte, records int) batch {
	binary.BigEndian.PutUint32(raw[atLength:], uint32(len(raw)-atLeaderEpoch))
	raw[atMagic] = 2
	binary.BigEndian.PutUint32(raw[atLastDelta:], uint32(records-1))
	binary.BigEndian.PutUint32(raw[atCount:], uint32(records))
	binary.BigEndian.PutUint32(raw[atCRC:], crc32.Checksum(raw[atAttributes:], castagnoli))
	return raw
}
