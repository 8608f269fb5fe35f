package server

import (
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// parquetGroup is how many rows a row group has: what is held in memory until it is written.
const parquetGroup = 64 << 10

// parquetWriter sends one Parquet file, its pages compressed with zstd. The types are those of Arrow, whose schema it keeps.
type parquetWriter struct {
	w    io.Writer
	file *pqarrow.FileWriter
}

func newParquetWriter(w io.Writer) resultWriter { return &parquetWriter{w: w} }

func (p *parquetWriter) begin(r *Result) (err error) {
	properties := parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Zstd), parquet.WithMaxRowGroupLength(parquetGroup), parquet.WithCreatedBy("Weir"))
	p.file, err = pqarrow.NewFileWriter(r.Reader.Schema(), p.w, properties, pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	if err != nil {
		return &UserError{Code: "format", Message: fmt.Sprintf("the result cannot be written as Parquet: %s; cast such a column, as in CAST(x AS VARCHAR)", err), Position: -1}
	}
	return nil
}

// rows adds a batch to the row group, which is written once it is full.
func (p *parquetWriter) rows(batch arrow.RecordBatch) error {
	if err := p.file.WriteBuffered(batch); err != nil {
		return fmt.Errorf("server: write parquet: %w", err)
	}
	return nil
}

func (p *parquetWriter) end(_ bool, failed *problem) error {
	if err := cutOff(failed); err != nil {
		return err
	}
	return p.file.Close()
}
