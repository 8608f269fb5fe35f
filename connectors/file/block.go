package file

import (
	"bytes"
	"io"
)

const (
	smallBlock = 4 << 10
	largeBlock = 512 << 10
)

// blocks reads a stream in blocks and cuts records from them. Records lie in the block that they were read with, which
// is never written again, so they need no copy of their own.
//
//	stream  ……│ record │ record │ rec           block n
//	                            │ rec ord │ …   block n+1 begins with what was left of block n
type blocks struct {
	in     io.Reader
	data   []byte // read but not cut off yet
	at     int64  // offset of data in the stream
	hint   int64  // bytes thought to follow; -1 if unknown
	eof    bool   // the last fill came to the end; there may be more later
	failed error
}

// cut takes the first n bytes off.
func (b *blocks) cut(n int) []byte {
	head := b.data[:n:n]
	b.data = b.data[n:]
	b.at += int64(n)
	return head
}

// fill reads more behind what is left. It returns io.EOF if nothing came. An error that comes after some bytes waits until
// they are used.
func (b *blocks) fill() error {
	if b.failed != nil {
		return b.failed
	}
	size := int64(largeBlock)
	if b.hint >= 0 {
		size = min(largeBlock, max(smallBlock, b.hint-int64(len(b.data))+1))
	}
	kept := len(b.data)
	block := make([]byte, kept+int(max(size, int64(kept)))) // doubling: a long record is not copied again and again
	copy(block, b.data)
	n, err := readUp(b.in, block[kept:])
	b.data, b.eof = block[:kept+n], err == io.EOF
	if err != nil && err != io.EOF {
		b.failed = err
	}
	if n > 0 {
		return nil
	}
	return err
}

// readUp fills a block. Unlike io.ReadFull it leaves a decompressor's io.ErrUnexpectedEOF apart from a plain end.
func readUp(in io.Reader, block []byte) (n int, err error) {
	for n < len(block) && err == nil {
		var m int
		m, err = in.Read(block[n:])
		n += m
	}
	return n, err
}

// skipMark passes over a byte order mark at the beginning of the stream.
func (b *blocks) skipMark() error {
	for len(b.data) < 3 && !b.eof {
		if err := b.fill(); err != nil && err != io.EOF {
			return err
		}
	}
	if bytes.HasPrefix(b.data, []byte("\xef\xbb\xbf")) {
		b.cut(3)
	}
	return nil
}
