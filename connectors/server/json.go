package server

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
)

// jsonWriter sends {"columns": […], "rows": […], "truncated": false}. An error after the first rows is a further field, error.
type jsonWriter struct {
	w     io.Writer
	buf   []byte
	count int64
}

func newJSONWriter(w io.Writer) resultWriter { return &jsonWriter{w: w} }

func (j *jsonWriter) begin(r *Result) error {
	columns, err := json.Marshal(columnsOf(r.Columns))
	if err != nil {
		return fmt.Errorf("server: encode columns: %w", err)
	}
	_, err = fmt.Fprintf(j.w, `{"columns":%s,"rows":[`, columns)
	return err
}

func (j *jsonWriter) rows(batch arrow.RecordBatch) error {
	write := jsonRow(batch)
	for i := range int(batch.NumRows()) {
		if j.count > 0 {
			j.buf = append(j.buf, ',')
		}
		j.count++
		j.buf = append(write(append(j.buf, '\n', '['), i), ']')
		if len(j.buf) > 32<<10 {
			if err := j.flush(); err != nil {
				return err
			}
		}
	}
	return j.flush()
}

func (j *jsonWriter) flush() error {
	_, err := j.w.Write(j.buf)
	j.buf = j.buf[:0]
	return err
}

func (j *jsonWriter) end(truncated bool, failed *problem) error {
	if failed == nil {
		_, err := fmt.Fprintf(j.w, "],\"truncated\":%t}\n", truncated)
		return err
	}
	text, err := json.Marshal(failed)
	if err != nil {
		return fmt.Errorf("server: encode error: %w", err)
	}
	_, err = fmt.Fprintf(j.w, "],\"truncated\":true,\"error\":%s}\n", text)
	return err
}

// jsonRow writes the values of a row, with commas between them.
func jsonRow(batch arrow.RecordBatch) cell {
	cells := make([]cell, batch.NumCols())
	for c := range cells {
		cells[c] = jsonCell(batch.Column(c))
	}
	return func(buf []byte, i int) []byte {
		for c, write := range cells {
			if c > 0 {
				buf = append(buf, ',')
			}
			buf = write(buf, i)
		}
		return buf
	}
}

// jsonObject writes a row as an object.
func jsonObject(batch arrow.RecordBatch) cell {
	names := make([]string, batch.NumCols())
	for c := range names {
		names[c] = batch.ColumnName(c)
	}
	return objectCell(names, batch.Columns())
}
