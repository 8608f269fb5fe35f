package pipelinetest

import (
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
)

// evaluate computes a SELECT. The caller releases the batches.
func (h *harness) evaluate(text string) ([]arrow.RecordBatch, error) {
	rows, err := h.query(text)
	if err != nil {
		return nil, err
	}
	defer rows.Release()
	var out []arrow.RecordBatch
	for rows.Next() {
		b := rows.RecordBatch()
		b.Retain()
		out = append(out, b)
	}
	return out, rows.Err()
}

// texts computes a SELECT of VARCHAR columns. NULL is the text NULL.
func (h *harness) texts(text string) ([][]string, error) {
	batches, err := h.evaluate(text)
	if err != nil {
		return nil, err
	}
	var out [][]string
	for _, b := range batches {
		for i := range int(b.NumRows()) {
			row := make([]string, b.NumCols())
			for c := range row {
				column := b.Column(c).(*array.String)
				if row[c] = "NULL"; column.IsValid(i) {
					row[c] = strings.Clone(column.Value(i)) // the batch's memory goes
				}
			}
			out = append(out, row)
		}
		b.Release()
	}
	return out, nil
}

// fetchRows are rows as the next fetches of a partition.
func (l *log) fetchRows(partition string, batches []arrow.RecordBatch) []engine.Fetch {
	out := make([]engine.Fetch, len(batches))
	for i, b := range batches {
		f := engine.Fetch{Partition: partition, Rows: b}
		for range b.NumRows() {
			f.Offsets = append(f.Offsets, l.next[partition])
			l.next[partition]++
		}
		f.Next = l.next[partition]
		out[i] = f
	}
	return out
}

// fetchNothing moves a partition's position on without a record.
func (l *log) fetchNothing(partition string) engine.Fetch {
	l.next[partition]++
	return engine.Fetch{Partition: partition, Next: l.next[partition]}
}
