package file

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// packing is how a file's bytes are compressed.
type packing uint8

const (
	plain packing = iota
	gzipped
	zstandard
)

// compression is told by a path's ending.
func compression(path string) packing {
	switch {
	case strings.HasSuffix(path, ".gz"):
		return gzipped
	case strings.HasSuffix(path, ".zst"):
		return zstandard
	}
	return plain
}

// stream is a file's bytes, decompressed.
type stream struct {
	io.Reader
	file   *os.File
	inner  func() // frees the decompressor; nil if there is none
	packed bool
}

// openStream starts to read a file's bytes from its beginning. A final file is read to the size that was noted, even if it
// grows.
func openStream(p *partition, f *os.File) (*stream, error) {
	var raw io.Reader = f
	if p.final {
		raw = io.LimitReader(f, p.info.Size())
	}
	switch compression(p.home) {
	case gzipped:
		return openGzip(raw, f)
	case zstandard:
		return openZstd(raw, f)
	}
	return &stream{Reader: raw, file: f}, nil
}

func openGzip(raw io.Reader, f *os.File) (*stream, error) {
	z, err := gzip.NewReader(raw)
	if err == io.EOF { // an empty file: nothing yet
		return &stream{Reader: raw, file: f, packed: true}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	return &stream{Reader: z, file: f, packed: true}, nil
}

// maxZstdWindow bounds the memory of a decompressor, in bytes.
const maxZstdWindow = 128 << 20

func openZstd(raw io.Reader, f *os.File) (*stream, error) {
	z, err := zstd.NewReader(raw, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxZstdWindow))
	if err != nil {
		return nil, fmt.Errorf("zstd: %w", err)
	}
	return &stream{Reader: z, file: f, inner: z.Close, packed: true}, nil
}

// skip passes over the first n bytes: it seeks where it can. It returns errShrunk if there are fewer.
func (s *stream) skip(n int64, p *partition) error {
	if s.packed {
		skipped, err := io.CopyN(io.Discard, s, n)
		if err == io.EOF && skipped < n {
			return errShrunk
		}
		return err
	}
	size := p.info.Size()
	if n > size {
		return errShrunk
	}
	if _, err := s.file.Seek(n, io.SeekStart); err != nil {
		return err
	}
	if p.final {
		s.Reader = io.LimitReader(s.file, size-n)
	}
	return nil
}

// left is how many bytes are known to follow the offset at; -1 for a compressed file.
func (s *stream) left(p *partition, at int64) int64 {
	if s.packed {
		return -1
	}
	return max(0, p.info.Size()-at)
}

func (s *stream) Close() error {
	if s.inner != nil {
		s.inner()
	}
	return s.file.Close()
}
