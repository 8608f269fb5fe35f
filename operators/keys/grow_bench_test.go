package keys

import (
	"testing"
)

// BenchmarkGrow fills tables with a million keys, by which they grow many times.
func BenchmarkGrow(b *testing.B) {
	const n = 1 << 20
	owners, groups := make([]uint32, n), make([]uint32, n)
	words := make([]uint64, n)
	data, offsets, rows := make([]byte, 0, 16*n), make([]int32, n+1), make([]uint32, n)
	for i := range words {
		words[i], rows[i] = uint64(i)*3, uint32(i)
		data = append(data, byte(i), byte(i>>8), byte(i>>16), 'a', 'b', 'c', 'd', 'e', 'f', 'g')
		offsets[i+1] = int32(len(data))
	}
	b.Run("words", func(b *testing.B) {
		for b.Loop() {
			newWordTable().find(words, owners, groups)
		}
	})
	b.Run("texts", func(b *testing.B) {
		for b.Loop() {
			t := newByteTable()
			for at := 0; at < n; at += probesAtOnce {
				t.prepare(data, offsets, rows[at:at+probesAtOnce], owners[at:at+probesAtOnce])
				t.find(data, groups[at:at+probesAtOnce])
			}
		}
	})
}
