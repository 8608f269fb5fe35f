package journal

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// loss is a part of a segment that cannot be read.
type loss struct {
	offset int64 // in the file, where it begins
	bytes  int64
	first  int64 // the number of the first record that was in it
	text   []byte
}

// lossText is how much of a damaged part a dead letter keeps, in bytes.
const lossText = 64 << 10

// walker goes from block to block in a segment, and over what is damaged.
//
//	block │ block │ #?! damaged │ block │ …
//	              ▲             ▲ found by its magic, its sums, and a number that can follow
//	              └ loss        └ goes on
type walker struct {
	file   *os.File
	size   int64 // what may be read
	offset int64
	next   int64 // the number of the next record
	limit  int64 // the numbers of this segment's records are below; 0 if that is not known
}

// step reads the next block: its head, and its records, intact. If they are not, it returns what is lost, and goes on behind it. All
// three are nil at the end.
func (w *walker) step() (*head, []byte, *loss, error) {
	if w.offset >= w.size {
		return nil, nil, nil, nil
	}
	h, block, err := w.at(w.offset)
	if err != nil {
		return nil, nil, nil, err
	}
	if h == nil {
		lost, err := w.resume()
		return nil, nil, lost, err
	}
	w.offset += h.size()
	w.next = h.end()
	return h, block, nil, nil
}

// at reads the block at an offset; nil if there is none that is whole and can stand there.
func (w *walker) at(offset int64) (*head, []byte, error) {
	h, err := w.headAt(offset)
	if err != nil || h == nil || offset+h.size() > w.size {
		return nil, nil, err
	}
	records := make([]byte, h.bytes)
	if err := w.read(records, offset+headBytes); err != nil || !h.intact(records) {
		return nil, nil, err
	}
	return h, records, nil
}

// headAt reads a head; nil if there is none that can stand there.
func (w *walker) headAt(offset int64) (*head, error) {
	if offset+headBytes > w.size {
		return nil, nil
	}
	var text [headBytes]byte
	if err := w.read(text[:], offset); err != nil {
		return nil, err
	}
	h, ok := parseHead(text[:])
	if !ok || h.count == 0 || h.first < w.next || w.limit > 0 && h.end() > w.limit {
		return nil, nil
	}
	return &h, nil
}

func (w *walker) read(to []byte, offset int64) error {
	_, err := w.file.ReadAt(to, offset)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("read %s at byte %d: %w", w.file.Name(), offset, err)
	}
	return nil
}

// resume passes over a damaged part: to the next block or, if there is none, to the end.
func (w *walker) resume() (*loss, error) {
	text := make([]byte, w.size-w.offset)
	if err := w.read(text, w.offset); err != nil {
		return nil, err
	}
	lost := &loss{offset: w.offset, first: w.next, bytes: int64(len(text))}
	h, err := w.headAt(w.offset)
	if err != nil {
		return nil, err
	}
	from := 1
	if h != nil { // its length can be trusted: what it holds is not mistaken for blocks
		from = int(min(h.size(), int64(len(text))))
		w.next = h.end()
	}
	for ; from < len(text); from++ {
		at := bytes.Index(text[from:], magic[:])
		if at < 0 {
			break
		}
		from += at
		found, _, err := w.at(lost.offset + int64(from))
		if err != nil {
			return nil, err
		}
		if found != nil {
			lost.bytes = int64(from)
			break
		}
	}
	lost.text = text[:min(lost.bytes, lossText)]
	w.offset += lost.bytes
	return lost, nil
}

// tornAt reports whether what stands at an offset is what a crash leaves of a write, and not damage: a block that the file's end cuts
// short, or nothing but zeros.
func (w *walker) tornAt(offset int64) bool {
	if w.offset < w.size { // blocks follow
		return false
	}
	rest := make([]byte, min(w.size-offset, 1<<20))
	if w.read(rest, offset) != nil {
		return false
	}
	if len(rest) < headBytes {
		return bytes.HasPrefix(rest, magic[:min(len(rest), len(magic))]) || zeros(rest)
	}
	if h, ok := parseHead(rest); ok {
		return offset+h.size() > w.size
	}
	return zeros(rest) && int64(len(rest)) == w.size-offset
}

func zeros(text []byte) bool { return len(bytes.Trim(text, "\x00")) == 0 }
