package journal

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/weirdb/weir/engine"
)

// A block is what one Append was given.
//
//	0        4        8       12          20         28        32       36
//	│ magic  │ bytes  │ count │ first     │ at       │ sum of  │ sum of │ records …
//	│        │ behind │       │ record    │ arrival  │ records │ head   │ each: length (varint), bytes
//
// Magic ends with the version: 1, or 2 where a trace context stands before the records, written as they are, for all of them. Numbers are
// little-endian, sums CRC-32C. The head has a sum of its own, so that its length can be trusted: a block that reaches
// beyond the file's end was cut short, and is not one whose length is damaged.
const headBytes = 36

// magic begins each block, before its version. No JSON text, which is what records mostly are, can contain it.
var magic = [3]byte{0x00, 'W', 'J'}

// The versions of a block.
const (
	plainBlock  = 0x01
	tracedBlock = 0x02
)

var sums = crc32.MakeTable(crc32.Castagnoli)

// head is a block's head.
type head struct {
	version byte
	bytes   int   // of the records, and the trace context
	count   int   // of records
	first   int64 // the number of the first
	at      int64 // when they came, in µs since 1970
	sum     uint32
}

// end is the number behind the block's last record.
func (h *head) end() int64 { return h.first + int64(h.count) }

// size is the block's length in bytes.
func (h *head) size() int64 { return headBytes + int64(h.bytes) }

// put writes the head into the first bytes of a block.
func (h *head) put(to []byte) {
	copy(to, magic[:])
	to[len(magic)] = h.version
	binary.LittleEndian.PutUint32(to[4:], uint32(h.bytes))
	binary.LittleEndian.PutUint32(to[8:], uint32(h.count))
	binary.LittleEndian.PutUint64(to[12:], uint64(h.first))
	binary.LittleEndian.PutUint64(to[20:], uint64(h.at))
	binary.LittleEndian.PutUint32(to[28:], h.sum)
	binary.LittleEndian.PutUint32(to[32:], crc32.Checksum(to[:32], sums))
}

// parseHead reads a head; false if it is none.
func parseHead(from []byte) (h head, ok bool) {
	if len(from) < headBytes || [3]byte(from[:3]) != magic || crc32.Checksum(from[:32], sums) != binary.LittleEndian.Uint32(from[32:]) {
		return h, false
	}
	version := from[len(magic)]
	return head{
		version: version,
		bytes:   int(binary.LittleEndian.Uint32(from[4:])),
		count:   int(binary.LittleEndian.Uint32(from[8:])),
		first:   int64(binary.LittleEndian.Uint64(from[12:])),
		at:      int64(binary.LittleEndian.Uint64(from[20:])),
		sum:     binary.LittleEndian.Uint32(from[28:]),
	}, version == plainBlock || version == tracedBlock
}

// encode makes a block of records, but for the parts of its head that are known when it is written.
func encode(trace engine.TraceContext, records [][]byte) (head, []byte) {
	size := headBytes + binary.MaxVarintLen32 + len(trace)
	for _, r := range records {
		size += binary.MaxVarintLen32 + len(r)
	}
	block, version := make([]byte, headBytes, size), byte(plainBlock)
	if trace != "" {
		block, version = appendRecord(block, []byte(trace)), tracedBlock
	}
	for _, r := range records {
		block = appendRecord(block, r)
	}
	h := head{version: version, bytes: len(block) - headBytes, count: len(records), sum: crc32.Checksum(block[headBytes:], sums)}
	return h, block
}

func appendRecord(block, record []byte) []byte {
	return append(binary.AppendUvarint(block, uint64(len(record))), record...)
}

// intact reports whether the bytes behind a head are those that were written.
func (h *head) intact(records []byte) bool {
	return len(records) == h.bytes && crc32.Checksum(records, sums) == h.sum
}

// nextRecord cuts the first record off; false if there is no whole one.
func nextRecord(from []byte) (record, rest []byte, ok bool) {
	length, n := binary.Uvarint(from)
	if n <= 0 || length > uint64(len(from)-n) {
		return nil, nil, false
	}
	end := n + int(length)
	return from[n:end:end], from[end:], true
}
