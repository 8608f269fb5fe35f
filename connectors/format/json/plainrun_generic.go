//go:build !amd64

package json

func plainRun(b []byte, i int) (int, bool) { return plainRunWords(b, i) }
