package keys

import (
	"encoding/binary"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// wordCodec writes every type of at most 64 bits as a flag and eight bytes.
type wordCodec struct {
	exact bool
	words []uint64
	valid []bool
}

const wordLength = 9

func (c *wordCodec) size(_ arrow.Array, rows []uint32, lens []int) {
	for i := range rows {
		lens[i] += wordLength
	}
}

func (c *wordCodec) write(a arrow.Array, rows []uint32, dst []byte, at []int) {
	c.words = slices.Grow(c.words[:0], len(rows))[:len(rows)]
	if c.exact {
		words(a, rows, c.words)
	} else {
		normalWords(a, rows, c.words)
	}
	valid := ValidityOf(a)
	for i, w := range c.words {
		to := dst[at[i] : at[i]+wordLength]
		to[0] = flag(&valid, rows[i])
		binary.LittleEndian.PutUint64(to[1:], w)
		at[i] += wordLength
	}
}

func flag(valid *Validity, row uint32) byte {
	if valid.Null(row) {
		return 0
	}
	return 1
}

func (c *wordCodec) read(b array.Builder, src []byte, at []int) {
	c.words, c.valid = c.words[:0], c.valid[:0]
	for i, p := range at {
		c.valid = append(c.valid, src[p] != 0)
		c.words = append(c.words, binary.LittleEndian.Uint64(src[p+1:]))
		at[i] += wordLength
	}
	appendWords(b, c.words, c.valid)
}
