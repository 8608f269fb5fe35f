package file

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/parquet"
	pq "github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"github.com/weirdb/weir/engine"
)

// parquetFile reads the asked columns of a Parquet file. Positions are row numbers.
type parquetFile struct {
	part  *partition
	file  *pq.Reader
	rows  pqarrow.RecordReader // nil if the file has none of the columns
	next  int64
	size  int64           // rows in the file
	texts map[string]bool // columns of JSON, which the library reads as bytes
}

func openParquet(p *partition, f *os.File) (content, error) {
	c := &parquetFile{part: p, next: p.at.next}
	err := guard("parquet", func() error { return c.open(f) })
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (c *parquetFile) open(f *os.File) error {
	if err := checkFooter(f, "PAR1", "PAR1"); err != nil {
		return fmt.Errorf("parquet: %w", err)
	}
	props := parquet.NewReaderProperties(c.part.mem)
	props.BufferedStreamEnabled = true // pages are read as they are needed, not a row group at once
	file, err := pq.NewParquetReader(f, pq.WithReadProps(props))
	if err != nil {
		return fmt.Errorf("parquet: %w", err)
	}
	c.file, c.size, c.part.complete = file, file.NumRows(), true
	c.texts = jsonColumns(file.MetaData().Schema)
	if c.next > c.size {
		return errShrunk
	}
	return c.openRows()
}

func (c *parquetFile) openRows() error {
	columns, err := pqarrow.NewFileReader(c.file, pqarrow.ArrowReadProperties{BatchSize: batchRows}, c.part.mem)
	if err != nil {
		return fmt.Errorf("parquet: %w", err)
	}
	leaves := c.leaves(columns.Manifest)
	if len(leaves) == 0 || c.next == c.size {
		return nil
	}
	if c.rows, err = columns.GetRecordReader(context.Background(), leaves, nil); err != nil {
		return fmt.Errorf("parquet: %w", err)
	}
	if c.next == 0 {
		return nil
	}
	if err := c.rows.SeekToRow(c.next); err != nil {
		return fmt.Errorf("parquet: seek row %d: %w", c.next, err)
	}
	return nil
}

func jsonColumns(s *schema.Schema) map[string]bool {
	names := map[string]bool{}
	for i := range s.NumColumns() {
		if s.Column(i).LogicalType().Equals(schema.JSONLogicalType{}) {
			names[s.Column(i).Path()] = true
		}
	}
	return names
}

// leaves are the physical columns that the asked ones are made of.
func (c *parquetFile) leaves(m *pqarrow.SchemaManifest) []int {
	var leaves []int
	for i := range m.Fields {
		for _, column := range c.part.columns {
			if strings.EqualFold(column.Name, m.Fields[i].Field.Name) {
				leaves = appendLeaves(leaves, &m.Fields[i])
				break
			}
		}
	}
	return leaves
}

func appendLeaves(leaves []int, f *pqarrow.SchemaField) []int {
	if f.IsLeaf() {
		return append(leaves, f.ColIndex)
	}
	for i := range f.Children {
		leaves = appendLeaves(leaves, &f.Children[i])
	}
	return leaves
}

func (c *parquetFile) read(f *engine.Fetch) error {
	if c.next >= c.size {
		return io.EOF
	}
	if err := guard("parquet", func() error { return c.readRows(f) }); err != nil {
		return err
	}
	f.Next = c.next
	if c.next >= c.size {
		return io.EOF
	}
	return nil
}

func (c *parquetFile) readRows(f *engine.Fetch) error {
	first := c.next
	if c.rows == nil {
		c.next = min(c.size, first+batchRows)
		return c.part.emit(f, make([]arrow.Array, len(c.part.columns)), countFrom(first, int(c.next-first)), nil)
	}
	batch, err := c.rows.Read()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("parquet: row %d: %w", first, err)
	}
	c.next += batch.NumRows()
	return c.part.emitBatch(f, batch, first, c.texts)
}

func (c *parquetFile) left() int64 { return c.size - c.next }

func (c *parquetFile) here() mark { return mark{c.next, -1} }

func (c *parquetFile) close() error {
	if c.rows != nil {
		c.rows.Release()
	}
	return c.file.Close()
}

// checkFooter looks at a file's first and last bytes: a file that is still being written has no footer.
func checkFooter(f *os.File, head, tail string) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() < int64(len(head)+len(tail)) {
		return errNoFooter
	}
	first, last := make([]byte, len(head)), make([]byte, len(tail))
	if _, err := f.ReadAt(first, 0); err != nil {
		return err
	}
	if _, err := f.ReadAt(last, info.Size()-int64(len(tail))); err != nil {
		return err
	}
	if string(first) != head {
		return fmt.Errorf("the file does not begin with %s", head)
	}
	if string(last) != tail {
		return errNoFooter
	}
	return nil
}
