package duckdb

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// A state file holds one Arrow stream, LZ4 inside if it is state, for each section, cut into blocks as they were written:
//
//	block | block | … | index (JSON) | length of the index, its checksum, magic
//	                                   4 bytes              4         8
//
// The index names each block's section, place and checksum. It is written last: a file without a sound end was cut short.

const stateMagic = "WEIRSTA1"

const stateTailSize = 4 + 4 + len(stateMagic)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// stateBlock is one entry of the index.
type stateBlock struct {
	Section string `json:"section"`
	Offset  int64  `json:"offset"`
	Length  int64  `json:"length"`
	Sum     uint32 `json:"sum"` // CRC-32C
}

// stateFile is a state file that is being written.
type stateFile struct {
	file     *os.File
	options  []ipc.Option // of every section's stream, beside the schema
	sections map[string]*stateSection
	order    []string // sections, as first written
	index    []stateBlock
	size     int64
	err      error // the first one: a file with a hole must not be closed as whole
}

type stateSection struct {
	buffer bytes.Buffer
	schema *arrow.Schema
	writer *ipc.Writer
}

func createStateFile(path string, options ...ipc.Option) (*stateFile, error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &stateFile{file: file, options: options, sections: map[string]*stateSection{}}, nil
}

// Write appends a batch to a section. It borrows rows.
func (w *stateFile) Write(section string, rows arrow.RecordBatch) error {
	if w.err != nil {
		return w.err
	}
	s := w.section(section, rows.Schema())
	w.err = s.writer.Write(rows)
	if w.err == nil {
		w.err = w.flush(section, s)
	}
	if w.err != nil {
		w.err = fmt.Errorf("duckdb: writing %s, section %s: %w", filepath.Base(w.file.Name()), section, w.err)
	}
	return w.err
}

func (w *stateFile) section(name string, schema *arrow.Schema) *stateSection {
	s, ok := w.sections[name]
	if !ok {
		s = &stateSection{schema: schema}
		s.writer = ipc.NewWriter(&s.buffer, append(slices.Clone(w.options), ipc.WithSchema(schema))...)
		w.sections[name] = s
		w.order = append(w.order, name)
	}
	return s
}

// flush writes what a section has in its buffer as a block.
func (w *stateFile) flush(name string, s *stateSection) error {
	block := s.buffer.Bytes()
	if _, err := w.file.Write(block); err != nil {
		return err
	}
	w.index = append(w.index, stateBlock{name, w.size, int64(len(block)), crc32.Checksum(block, castagnoli)})
	w.size += int64(len(block))
	s.buffer.Reset()
	return nil
}

// Close ends the file and flushes it and its folder to disk.
func (w *stateFile) Close() error {
	if w.err == nil {
		w.err = w.finish()
	}
	err := errors.Join(w.err, w.file.Close())
	if err == nil {
		err = syncDir(filepath.Dir(w.file.Name()))
	}
	if err != nil {
		return fmt.Errorf("duckdb: closing %s: %w", filepath.Base(w.file.Name()), err)
	}
	return nil
}

func (w *stateFile) finish() error {
	for _, name := range w.order {
		s := w.sections[name]
		if err := s.writer.Close(); err != nil {
			return err
		}
		if err := w.flush(name, s); err != nil {
			return err
		}
	}
	index, err := json.Marshal(w.index)
	if err != nil {
		return err
	}
	tail := binary.LittleEndian.AppendUint32(index, uint32(len(index)))
	tail = binary.LittleEndian.AppendUint32(tail, crc32.Checksum(index, castagnoli))
	if _, err := w.file.Write(append(tail, stateMagic...)); err != nil {
		return err
	}
	return w.file.Sync()
}

// syncDir makes a new file's name durable.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
