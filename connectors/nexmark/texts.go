package nexmark

import (
	"fmt"
	"math/bits"

	"github.com/weirdb/weir/connectors/generated"
)

const (
	channels  = 10_000
	poolBytes = 1 << 18 // fits a core's cache
	minWord   = 3       // characters
)

var hotChannels = [...]string{"Google", "Facebook", "Baidu", "Apple"}

// texts are the strings that events choose from.
type texts struct {
	pool     string   // letters, of which every extra is a piece
	channels []string // the hot ones, then the others
	urls     []string // one for each channel
}

func newTexts(seed int64) *texts {
	key := generated.NewDice(seed, drawCount)[drawText]
	t := &texts{pool: makePool(key)}
	for i, name := range hotChannels {
		t.channels = append(t.channels, name)
		t.urls = append(t.urls, string(appendURL(nil, generated.Mix(key-uint64(i+1)*generated.Golden))))
	}
	for i := range uint32(channels) {
		h := generated.Mix(key + uint64(i+1)*generated.Golden)
		url := appendURL(nil, h)
		if h%10 > 0 {
			url = fmt.Appendf(url, "&channel_id=%d", channelID(i))
		}
		t.channels = append(t.channels, fmt.Sprintf("channel-%d", i))
		t.urls = append(t.urls, string(url))
	}
	return t
}

// channelID is the reference's: the channel's number with its bits in reverse, as a signed number's absolute value.
func channelID(i uint32) int64 {
	id := int64(int32(bits.Reverse32(i)))
	return max(id, -id)
}

func makePool(key uint64) string {
	pool := make([]byte, 0, poolBytes)
	for i := uint64(0); len(pool) < poolBytes; i++ {
		h := generated.Mix(key ^ i)
		for range 8 {
			pool = append(pool, 'a'+byte(h&0xff*26>>8))
			h >>= 8
		}
	}
	return string(pool)
}

func appendURL(dst []byte, h uint64) []byte {
	dst = append(dst, "https://www.nexmark.com/"...)
	for i := range uint64(3) {
		part := generated.Mix(h + i*generated.Golden)
		dst = append(appendWord(dst, part, wordLength(part, 5), '_'), '/')
	}
	return append(dst, "item.htm?query=1"...)
}

// wordLength turns random bits into a length in [3, limit), as the reference spreads it.
func wordLength(h uint64, limit int64) int64 { return minWord + generated.Below(h, limit-minWord) }

// appendWord appends length random letters. One character in 13 is special, the first and the last excepted.
func appendWord(dst []byte, h uint64, length int64, special byte) []byte {
	letters := uint64(0)
	for i := range length {
		if i%4 == 0 {
			h += generated.Golden
			letters = generated.Mix(h)
		}
		v := letters & 0xffff * (13 * 26) >> 16 // evenly in [0, 13·26)
		letters >>= 16
		if v < 26 && i > 0 && i < length-1 {
			dst = append(dst, special)
			continue
		}
		dst = append(dst, 'a'+byte(v%26))
	}
	return dst
}

// appendExtra fills an event of the given size up to the average size of its kind, give or take a fifth of what is missing.
func (t *texts) appendExtra(dst []byte, h uint64, size, average int64) []byte {
	missing := average - size
	if missing <= 0 {
		return dst
	}
	spread := (missing + 2) / 5
	length := missing - spread
	if spread > 0 {
		length += generated.Below(h, 2*spread)
	}
	at := int64(h & (poolBytes/2 - 1)) // low bits; an extra is shorter than half the pool
	return append(dst, t.pool[at:at+length]...)
}
