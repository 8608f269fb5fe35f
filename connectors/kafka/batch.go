package kafka

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/engine"
)

// The head of a record batch, from the message format's description in Kafka's documentation (magic 2, since 0.11):
//
//	 0 base offset      8 length behind this field   12 leader epoch   16 magic   17 crc of all that follows   21 attributes
//	23 last offset delta   27 first timestamp   35 last timestamp   43 producer id   51 producer epoch   53 sequence   57 records   61 …
const (
	atLength, atLeaderEpoch, atMagic, atCRC, atAttributes = 8, 12, 16, 17, 21
	atLastDelta, atFirstTime, atLastTime                  = 23, 27, 35
	atProducer, atCount, headLength                       = 43, 57, 61
)

// The bits of a batch's attributes that matter here.
const (
	compressionBits  = 0x07
	appendTimeBit    = 0x08 // the broker has set the time, the last timestamp, for all records
	transactionalBit = 0x10
	controlBit       = 0x20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errOldFormat says that a batch has a format from before Kafka 0.11.
var errOldFormat = errors.New("message format from before Kafka 0.11")

// batch is a record batch as the broker sent it. Only its head has been looked at.
type batch []byte

func (b batch) firstOffset() int64 { return int64(binary.BigEndian.Uint64(b)) }
func (b batch) lastOffset() int64 {
	return b.firstOffset() + int64(int32(binary.BigEndian.Uint32(b[atLastDelta:])))
}
func (b batch) leaderEpoch() int32  { return int32(binary.BigEndian.Uint32(b[atLeaderEpoch:])) }
func (b batch) attributes() uint16  { return binary.BigEndian.Uint16(b[atAttributes:]) }
func (b batch) producer() int64     { return int64(binary.BigEndian.Uint64(b[atProducer:])) }
func (b batch) count() int          { return int(int32(binary.BigEndian.Uint32(b[atCount:]))) }
func (b batch) control() bool       { return b.attributes()&controlBit != 0 }
func (b batch) transactional() bool { return b.attributes()&transactionalBit != 0 }

// nextBatch cuts the first batch off a response. Nil without an error means that the rest is part of a batch: brokers cut a
// response off anywhere behind the first one.
func nextBatch(raw []byte) (batch, []byte, error) {
	if len(raw) <= atMagic {
		return nil, nil, nil
	}
	length := int64(binary.BigEndian.Uint32(raw[atLength:])) + atLeaderEpoch
	switch {
	case length > int64(len(raw)):
		return nil, nil, nil
	case raw[atMagic] < 2:
		return nil, nil, errOldFormat
	case raw[atMagic] > 2 || length < headLength:
		return nil, nil, fmt.Errorf("a record batch of %d bytes in format %d is not one", length, raw[atMagic])
	}
	return raw[:length], raw[length:], nil
}

// unpack appends the batch's records with offsets in [from, to). Values point into the batch, or into what it was
// decompressed to.
func (b batch) unpack(from, to int64, decompress kgo.Decompressor, into []engine.Record) ([]engine.Record, error) {
	records, err := b.records(decompress)
	if err != nil {
		return into, err
	}
	base := b.firstOffset()
	for range b.count() {
		delta, value, rest, ok := shortRecord(records)
		if !ok {
			delta, value, rest, ok = nextRecord(records)
		}
		if !ok {
			return into, b.short()
		}
		records = rest
		if offset := base + delta; offset >= from && offset < to {
			into = append(into, engine.Record{Offset: offset, Value: value})
		}
	}
	return into, nil
}

// records are the bytes of the batch's records, once its sum has been checked.
func (b batch) records(decompress kgo.Decompressor) ([]byte, error) {
	if got, want := crc32.Checksum(b[atAttributes:], castagnoli), binary.BigEndian.Uint32(b[atCRC:]); got != want {
		return nil, fmt.Errorf("the batch at offset %d has checksum %08x, not %08x: it was damaged on its way or on the broker's disk",
			b.firstOffset(), got, want)
	}
	records := []byte(b[headLength:])
	if codec := b.attributes() & compressionBits; codec != 0 {
		var err error
		if records, err = decompress.Decompress(records, kgo.CompressionCodecType(codec)); err != nil {
			return nil, fmt.Errorf("decompress the batch at offset %d: %w", b.firstOffset(), err)
		}
	}
	return records, nil
}

func (b batch) short() error {
	return fmt.Errorf("the batch at offset %d ends before its %d records do", b.firstOffset(), b.count())
}

// shortest is how many bytes shortRecord looks at without asking whether they are there.
const shortest = 16

// shortRecord is nextRecord for what most records are: less than 8 KB, without a key or with one of less than 64 bytes, in a
// batch of less than 8192 records that a producer has filled within hours. It reports false for any other.
func shortRecord(in []byte) (delta int64, value, rest []byte, ok bool) {
	if len(in) < shortest {
		return 0, nil, nil, false
	}
	length, p := uint(in[0]), 1
	if length >= 0x80 {
		length, p = length&0x7f|uint(in[1])<<7, 2
	}
	end := p + int(length>>1)
	p++ // attributes
	for in[p] >= 0x80 && p < 6 {
		p++ // the timestamp's delta
	}
	long := in[p]
	offset := uint(in[p+1])
	p += 2
	if offset >= 0x80 {
		offset = offset&0x7f | uint(in[p])<<7
		p++
	}
	key := in[p]
	p++
	if key != 1 { // 1 stands for -1, no key
		long |= key | key<<7
		p += int(key >> 1)
	}
	if long >= 0x80 || end > len(in) || p+2 > end {
		return 0, nil, nil, false
	}
	size := uint(in[p])
	p++
	if size >= 0x80 {
		size = size&0x7f | uint(in[p])<<7
		p++
	}
	stop := p + int(size>>1)
	if (length|offset|size)&1 != 0 || length|offset|size >= 1<<14 || stop > end {
		return 0, nil, nil, false
	}
	return int64(offset >> 1), in[p:stop:stop], in[end:], true
}

// nextRecord cuts the first record off. Of its parts (length, attributes, timestamp delta, offset delta, key, value,
// headers) only offset and value are taken.
func nextRecord(in []byte) (delta int64, value, rest []byte, ok bool) {
	length, n := varint(in)
	if n <= 0 || length < 0 || length > int64(len(in)-n) {
		return 0, nil, nil, false
	}
	record, rest := in[n:n+int(length)], in[n+int(length):]
	if len(record) == 0 {
		return 0, nil, nil, false
	}
	p := 1 // attributes, unused
	if _, n = varint(record[p:]); n <= 0 {
		return 0, nil, nil, false
	}
	p += n
	if delta, n = varint(record[p:]); n <= 0 {
		return 0, nil, nil, false
	}
	p += n
	if _, p, ok = sized(record, p); !ok {
		return 0, nil, nil, false
	}
	value, _, ok = sized(record, p)
	return delta, value, rest, ok
}

// sized returns the bytes at p that their length precedes, and where they end. A length of -1 stands for none.
func sized(record []byte, p int) ([]byte, int, bool) {
	length, n := varint(record[p:])
	if n <= 0 || length > int64(len(record)-p-n) {
		return nil, 0, false
	}
	p += n
	if length < 0 {
		return nil, p, true
	}
	return record[p : p+int(length) : p+int(length)], p + int(length), true
}

// varint reads a zigzag number. The second result is its length; not positive if there is none.
func varint(b []byte) (int64, int) {
	if len(b) > 0 && b[0] < 0x80 {
		return unzigzag(uint64(b[0])), 1
	}
	return binary.Varint(b)
}

func unzigzag(u uint64) int64 { return int64(u>>1) ^ -int64(u&1) }
