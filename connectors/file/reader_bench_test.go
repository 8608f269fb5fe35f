package file

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/weirdb/weir/engine"
)

// BenchmarkJSONLines reads a file of 32 MB, which the page cache holds.
func BenchmarkJSONLines(b *testing.B) {
	path := b.TempDir() + "/a"
	line := `{"sensor":"a1","ts":"2024-01-02 03:04:05","value":12.5,"place":{"room":"kitchen","floor":1}}` + "\n"
	text := strings.Repeat(line, 32<<20/len(line))
	check(b, os.WriteFile(path, []byte(text), 0o644))
	s := &source{pattern: path, format: formatJSON, maxLine: 16 << 20, mem: memory.DefaultAllocator}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r, err := s.Open(context.Background(), engine.ReadOptions{})
		check(b, err)
		for err == nil {
			_, err = r.Poll(context.Background())
		}
		if err != io.EOF {
			b.Fatal(err)
		}
		check(b, r.Close())
	}
}
