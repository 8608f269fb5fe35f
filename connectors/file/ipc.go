package file

import (
	"fmt"
	"io"
	"os"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/weirdb/weir/engine"
)

const ipcMagic = "ARROW1"

// ipcFile reads an Arrow file or stream, batch by batch. Positions are row numbers.
type ipcFile struct {
	part  *partition
	file  *os.File
	batch func() (arrow.RecordBatch, error) // the next batch, which the caller releases; io.EOF at the end
	stop  func()
	rest  arrow.RecordBatch // what is left of the batch at hand; nil if nothing
	next  int64
	ended bool
}

func openIPC(p *partition, f *os.File) (content, error) {
	c := &ipcFile{part: p, file: f, stop: func() {}}
	err := guard("arrow", func() error {
		if err := c.open(); err != nil {
			return err
		}
		return c.skip(p.at.next)
	})
	if err != nil {
		c.free()
		return nil, err
	}
	return c, nil
}

func (c *ipcFile) open() error {
	head := make([]byte, len(ipcMagic))
	n, err := c.file.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return err
	}
	switch {
	case n == 0:
		c.batch = func() (arrow.RecordBatch, error) { return nil, io.EOF }
		return nil
	case string(head[:n]) == ipcMagic:
		return c.openFile()
	}
	return c.openStream()
}

func (c *ipcFile) openFile() error {
	if err := checkFooter(c.file, ipcMagic, ipcMagic); err != nil {
		return fmt.Errorf("arrow: %w", err)
	}
	r, err := ipc.NewFileReader(c.file, ipc.WithAllocator(c.part.mem))
	if err != nil {
		return fmt.Errorf("arrow: %w", err)
	}
	c.stop = func() { r.Close() } //nolint:errcheck // it only frees memory
	c.part.complete = true
	at := 0
	c.batch = func() (arrow.RecordBatch, error) {
		if at == r.NumRecords() {
			return nil, io.EOF
		}
		at++
		return r.RecordBatchAt(at - 1)
	}
	return nil
}

func (c *ipcFile) openStream() error {
	r, err := ipc.NewReader(c.file, ipc.WithAllocator(c.part.mem), ipc.WithDelayReadSchema(false))
	if err != nil {
		return fmt.Errorf("arrow: %w", cutShort(err))
	}
	c.stop = r.Release
	c.batch = func() (arrow.RecordBatch, error) {
		if !r.Next() {
			return nil, orEOF(r.Err())
		}
		batch := r.RecordBatch()
		batch.Retain()
		return batch, nil
	}
	return nil
}

// cutShort makes the end of a stream before its schema what it is: a file that is not complete.
func cutShort(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// advance takes the next batch that has rows.
func (c *ipcFile) advance() error {
	for c.rest == nil {
		batch, err := c.batch()
		if err == io.EOF {
			c.ended = true
			return err
		}
		if err != nil {
			return fmt.Errorf("arrow: row %d: %w", c.next, err)
		}
		if batch.NumRows() == 0 {
			batch.Release()
			continue
		}
		c.rest = batch
	}
	return nil
}

// skip passes over the rows before a position.
func (c *ipcFile) skip(to int64) error {
	for c.next < to {
		err := c.advance()
		if err == io.EOF {
			return errShrunk
		}
		if err != nil {
			return err
		}
		c.cut(min(to-c.next, c.rest.NumRows())).Release()
	}
	return nil
}

// cut takes the first n rows off the batch at hand.
func (c *ipcFile) cut(n int64) arrow.RecordBatch {
	batch := c.rest
	c.next += n
	c.rest = nil
	if n == batch.NumRows() {
		return batch
	}
	defer batch.Release()
	c.rest = batch.NewSlice(n, batch.NumRows())
	return batch.NewSlice(0, n)
}

func (c *ipcFile) read(f *engine.Fetch) error {
	return guard("arrow", func() error {
		if err := c.advance(); err != nil {
			return err
		}
		first := c.next
		batch := c.cut(min(batchRows, c.rest.NumRows()))
		defer batch.Release()
		if err := c.part.emitBatch(f, batch, first, nil); err != nil {
			return err
		}
		f.Next = c.next
		return nil
	})
}

func (c *ipcFile) left() int64 {
	if c.ended {
		return 0
	}
	return -1
}

func (c *ipcFile) here() mark { return mark{c.next, -1} }

func (c *ipcFile) free() {
	if c.rest != nil {
		c.rest.Release()
		c.rest = nil
	}
	c.stop()
}

func (c *ipcFile) close() error {
	c.free()
	return c.file.Close()
}
