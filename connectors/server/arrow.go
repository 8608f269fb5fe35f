package server

import (
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// arrowWriter sends the batches as they are: an Arrow IPC stream, not compressed, which every Arrow library reads.
type arrowWriter struct {
	w   io.Writer
	ipc *ipc.Writer
}

func newArrowWriter(w io.Writer) resultWriter { return &arrowWriter{w: w} }

func (a *arrowWriter) begin(r *Result) error {
	a.ipc = ipc.NewWriter(a.w, ipc.WithSchema(r.Reader.Schema()))
	return nil
}

func (a *arrowWriter) rows(batch arrow.RecordBatch) error {
	if err := a.ipc.Write(batch); err != nil {
		return fmt.Errorf("server: write arrow: %w", err)
	}
	return nil
}

func (a *arrowWriter) end(_ bool, failed *problem) error {
	if err := cutOff(failed); err != nil {
		return err
	}
	return a.ipc.Close() // writes the schema, if no batch has
}
