package json

import "golang.org/x/sys/cpu"

// plainRun is plainRunWords, by 32 bytes at a time where the processor can: strings are most of what a record has, and with
// it a record of 260 bytes takes a fifth less time.
func plainRun(b []byte, i int) (int, bool) {
	if len(b) >= 32 && cpu.X86.HasAVX2 {
		return plainRunAVX2(b, i)
	}
	return plainRunWords(b, i)
}

// plainRunAVX2 is plainRunWords for a record of 32 bytes or more, on a processor that has AVX2.
//
//go:noescape
func plainRunAVX2(b []byte, i int) (end int, high bool)
