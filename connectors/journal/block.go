package journal

import (
	"encoding/binary"
	"hash/crc32"
)

// A block is what one Append was given.
//
//	0        4        8       12          20         28        32       36
//	│ magic  │ bytes  │ count │ first     │ at       │ sum of  │ sum of │ records …
//	│        │ behind │       │ record    │ arrival  │ records │ head   │ each: length (varint), bytes
//
// Numbers are little-endian, sums CRC-32C. The head has a sum of its own, so that its length can be trusted: a block that reaches
// beyond the file's end was cut short, and is not one whose length is damaged.
const headBytes = 36

// magic begins each block. No JSON text, which is what records mostly are, can contain it.
var magic = [4]byte{0x00, 'W', 'J', 0x01}

var sums = crc32.MakeTable(crc32.Castagnoli)

// head is a block's head.
type head struct {
	bytes int   // of the records
	count int   // of records
	first int64 // the number of the first
	at    int64 // when they came, in µs since 1970
	sum   uint32
}

// end is the number behind the block's last record.
func (h *head) end() int64 { return h.first + int64(h.count) }

// size is the block's length in bytes.
func (h *head) size() int64 { return headBytes + int64(h.bytes) }

// put writes the head into the first bytes of a block.
func (h *head) put(to []byte) {
	copy(to, magic[:])
	binary.LittleEndian.PutUint32(to[4:], uint32(h.bytes))
	binary.LittleEndian.PutUint32(to[8:], uint32(h.count))
	binary.LittleEndian.PutUint64(to[12:], uint64(h.first))
	binary.LittleEndian.PutUint64(to[20:], uint64(h.at))
	binary.LittleEndian.PutUint32(to[28:], h.sum)
	binary.LittleEndian.PutUint32(to[32:], crc32.Checksum(to[:32], sums))
}

// parseHead reads a head; false if it is none.
func parseHead(from []byte) (h head, ok bool) {
	if len(from) < headBytes || [4]byte(from[:4]) != magic || crc32.Checksum(from[:32], sums) != binary.LittleEndian.Uint32(from[32:]) {
		return h, false
	}
	return head{
		bytes: int(binary.LittleEndian.Uint32(from[4:])),
		count: int(binary.LittleEndian.Uint32(from[8:])),
		first: int64(binary.LittleEndian.Uint64(from[12:])),
		at:    int64(binary.LittleEndian.Uint64(from[20:])),
		sum:   binary.LittleEndian.Uint32(from[28:]),
	}, true
}

// encode makes a block of records, but for the parts of its head that are known when it is written.
func encode(records [][]byte) (head, []byte) {
	size := headBytes
	for _, r := range records {
		size += binary.MaxVarintLen32 + len(r)
	}
	block := make([]byte, headBytes, size)
	for _, r := range records {
		block = binary.AppendUvarint(block, uint64(len(r)))
		block = append(block, r...)
	}
	h := head{bytes: len(block) - headBytes, count: len(records), sum: crc32.Checksum(block[headBytes:], sums)}
	return h, block
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
