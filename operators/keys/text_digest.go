package keys

import (
	"encoding/binary"
	"math/bits"

	"github.com/zeebo/xxh3"
)

// shortText is the length up to which a digest and the length are the text itself.
const shortText = 16

// digest is a text in two words: its bytes, and zeros behind them, if it is short, else its hash.
//
//	"channel-17"     head  c h a n n e l -
//	                 tail  1 7 0 0 0 0 0 0
type digest struct{ head, tail uint64 }

// kept are the bytes of head and tail that belong to a text of each length.
var kept = func() (masks [shortText + 1]digest) {
	for n := range masks {
		masks[n] = digest{first(n), first(n - 8)}
	}
	return masks
}()

// first is a mask of the first n bytes of a word.
func first(n int) uint64 {
	switch {
	case n <= 0:
		return 0
	case n >= 8:
		return 1<<64 - 1
	}
	return 1<<(8*n) - 1
}

// digestOf digests data[from:from+n].
func digestOf(data []byte, from, n int) digest {
	switch {
	case n > shortText:
		return digest{head: xxh3.Hash(data[from : from+n])}
	case from+shortText > len(data):
		return lastDigest(data[from : from+n])
	}
	return shortDigest(data[from:from+shortText], n)
}

// shortDigest digests text[:n]. It loads what lies behind, too, and cuts it off, without a branch on the length, which a
// processor cannot guess.
func shortDigest(text []byte, n int) digest {
	cut := &kept[n]
	return digest{binary.LittleEndian.Uint64(text) & cut.head, binary.LittleEndian.Uint64(text[8:]) & cut.tail}
}

// lastDigest is for texts so close to the end of the data that nothing can be loaded from behind them.
func lastDigest(text []byte) digest {
	var padded [shortText]byte
	copy(padded[:], text)
	return digest{binary.LittleEndian.Uint64(padded[:]), binary.LittleEndian.Uint64(padded[8:])}
}

// hash spreads a digest over 64 bits, as wyhash does: by products of 128 bits whose halves are joined.
func (d digest) hash(length int, owner uint32) uint64 {
	const left, right = 0xa0761d6478bd642f, 0xe7037ed1a0b428db
	h := fold(d.head^left, d.tail^right^uint64(owner)<<32)
	return fold(h^uint64(length), multiply)
}

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
