package duckdb

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

func readStateFile(path, section string, yield func(rows arrow.RecordBatch) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	index, err := readStateIndex(file)
	if err != nil {
		return err
	}
	index = slices.DeleteFunc(index, func(b stateBlock) bool { return b.Section != section })
	if len(index) == 0 {
		return nil
	}
	return readBlocks(&blockReader{file: file, left: index}, yield)
}

func readBlocks(blocks *blockReader, yield func(rows arrow.RecordBatch) error) error {
	reader, err := ipc.NewReader(blocks)
	if err != nil {
		return err
	}
	defer reader.Release()
	for reader.Next() {
		if err := yield(reader.RecordBatch()); err != nil {
			return err
		}
	}
	return reader.Err()
}

func readStateIndex(file *os.File) ([]stateBlock, error) {
	index, sum, err := readStateTail(file)
	if err != nil {
		return nil, err
	}
	if crc32.Checksum(index, castagnoli) != sum {
		return nil, errors.New("the file is damaged: the checksum of its index is wrong")
	}
	var blocks []stateBlock
	if err := json.Unmarshal(index, &blocks); err != nil {
		return nil, fmt.Errorf("the file's index: %w", err)
	}
	return blocks, nil
}

// readStateTail reads the end of the file: the index, not yet checked, and the checksum that it must have.
func readStateTail(file *os.File) (index []byte, sum uint32, err error) {
	info, err := file.Stat()
	if err != nil {
		return nil, 0, err
	}
	tail := make([]byte, stateTailSize)
	at := info.Size() - int64(len(tail))
	if at < 0 {
		return nil, 0, errors.New("the file is cut short")
	}
	if _, err := file.ReadAt(tail, at); err != nil {
		return nil, 0, err
	}
	length := int64(binary.LittleEndian.Uint32(tail))
	if string(tail[8:]) != stateMagic || length > at {
		return nil, 0, errors.New("the file is cut short, or not a state file of this version")
	}
	index = make([]byte, length)
	_, err = file.ReadAt(index, at-length)
	return index, binary.LittleEndian.Uint32(tail[4:]), err
}

// blockReader reads blocks one after the other, each checked before a byte of it is used.
type blockReader struct {
	file    *os.File
	left    []stateBlock
	current bytes.Reader
}

// Read implements io.Reader.
func (r *blockReader) Read(p []byte) (int, error) {
	for r.current.Len() == 0 {
		if len(r.left) == 0 {
			return 0, io.EOF
		}
		if err := r.next(); err != nil {
			return 0, err
		}
	}
	return r.current.Read(p)
}

func (r *blockReader) next() error {
	b := r.left[0]
	r.left = r.left[1:]
	block := make([]byte, b.Length)
	if _, err := r.file.ReadAt(block, b.Offset); err != nil {
		return err
	}
	if crc32.Checksum(block, castagnoli) != b.Sum {
		return fmt.Errorf("the file is damaged: the checksum of %d bytes at %d is wrong", b.Length, b.Offset)
	}
	r.current.Reset(block)
	return nil
}
