package file

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/weirdb/weir/connectors/format/lines"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// sink appends lines to a file, each delivery once.
//
//	out.ndjson   │ epoch 7 │ epoch 8 │ epoch 9, perhaps in part
//	out.ndjson.weir          ▲ {"epoch":8,"length":…}
//
// A delivery is written and synced behind the valid length; then the sidecar says so, in one rename. What a crash leaves behind the
// valid length is cut off when the file is opened again, and a delivery that comes a second time is passed over by its epoch.
type sink struct {
	path   string
	file   *os.File
	csv    bool
	always bool // write weights even where there are none
	// debezium writes Debezium's envelope, of changes to view.
	debezium bool
	view     string
	valid    sidecar
	buffer   []byte
	damaged  bool // a write failed: cut off what it left before the next
}

func newSink(c engine.SinkConfig) (engine.Sink, error) {
	if c.Format != "" && c.Format != formatJSON && c.Format != formatCSV {
		return nil, fmt.Errorf("file: format = '%s': a sink writes 'json' or 'csv'", c.Format)
	}
	s := &sink{path: c.Options["path"], csv: c.Format == formatCSV, always: c.Options["weights"] == "always",
		debezium: lines.Debezium(c), view: c.View}
	f, err := os.OpenFile(s.path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("file: open sink: %w", err)
	}
	s.file = f
	if err := s.recover(); err != nil {
		f.Close() //nolint:errcheck // nothing was written
		return nil, err
	}
	return s, nil
}

// recover cuts off what the last commit of the sidecar does not cover. A file without a sidecar, which Weir did not write, is
// kept and appended to.
func (s *sink) recover() error {
	known, found, err := readSidecar(s.path)
	if err != nil {
		return err
	}
	info, err := s.file.Stat()
	if err != nil {
		return fmt.Errorf("file: %w", err)
	}
	s.valid = known
	if !found {
		s.valid.Length = info.Size()
		return s.valid.write(s.path)
	}
	if info.Size() < known.Length {
		return fmt.Errorf("file: %s has %d bytes, %s says %d were written: restore the file, or remove both to begin again",
			s.path, info.Size(), sidecarPath(s.path), known.Length)
	}
	return s.cutOff()
}

func (s *sink) cutOff() error {
	if err := s.file.Truncate(s.valid.Length); err != nil {
		return fmt.Errorf("file: truncate %s to %d: %w", s.path, s.valid.Length, err)
	}
	s.damaged = false
	return nil
}

// Deliver appends the rows of one epoch and returns once they are on disk.
func (s *sink) Deliver(_ context.Context, d engine.Delivery) error {
	if d.Epoch <= s.valid.Epoch {
		return nil
	}
	if s.damaged {
		if err := s.cutOff(); err != nil {
			return err
		}
	}
	next, err := s.write(d)
	if err != nil {
		return err
	}
	if err := next.write(s.path); err != nil {
		return err
	}
	s.valid, s.damaged = next, false
	return nil
}

// How many rows are turned into lines at a time, and how many bytes of lines are gathered before they are written.
const (
	rowsStep  = 4096
	writeStep = 1 << 20
)

// write puts the lines of a delivery behind the valid length and syncs them. It returns what the sidecar will say.
func (s *sink) write(d engine.Delivery) (sidecar, error) {
	s.buffer = s.buffer[:0]
	next := s.valid
	next.Epoch = d.Epoch
	weights := s.always || lines.HasWeights(d.Changes)
	if s.csv {
		if err := s.begin(&next, d.Columns, weights); err != nil {
			return next, err
		}
		weights = next.Weights
	}
	for _, b := range d.Changes {
		if err := s.writeBatch(&next, d.Columns, b, weights); err != nil {
			return next, err
		}
	}
	if err := s.flush(&next); err != nil || next.Length == s.valid.Length {
		return next, err
	}
	if err := s.file.Sync(); err != nil {
		return next, fmt.Errorf("file: sync %s: %w", s.path, err)
	}
	return next, nil
}

// begin starts a CSV file with its header, and checks that its lines have weights if they need them.
func (s *sink) begin(next *sidecar, columns []types.Field, weights bool) error {
	if next.Header == "" {
		header := lines.AppendCSVHeader(nil, columns, weights)
		next.Header, next.Weights = string(header), weights
		if next.Length == 0 { // otherwise the file was there before: it has its header
			s.buffer = append(s.buffer, header...)
		}
	}
	if weights && !next.Weights {
		return fmt.Errorf("file: %s was begun without the column %s, and a row is to be taken back: "+
			"remove the file and its .weir, and set weights = 'always'", s.path, lines.WeightColumn)
	}
	return nil
}

func (s *sink) writeBatch(next *sidecar, columns []types.Field, b engine.Batch, weights bool) error {
	for from := int64(0); from < b.Rows.NumRows(); from += rowsStep {
		to := min(from+rowsStep, b.Rows.NumRows())
		part := engine.Batch{Rows: b.Rows.NewSlice(from, to)}
		if b.Weights != nil {
			part.Weights = b.Weights[from:to]
		}
		switch {
		case s.debezium:
			s.buffer = lines.AppendBatchDebezium(s.buffer, columns, part,
				lines.DebeziumSource{View: s.view, Epoch: next.Epoch, Millis: time.Now().UnixMilli()})
		case s.csv:
			s.buffer = lines.AppendBatchCSV(s.buffer, columns, part, weights)
		default:
			s.buffer = lines.AppendBatchJSON(s.buffer, columns, part, weights)
		}
		part.Release()
		if len(s.buffer) < writeStep {
			continue
		}
		if err := s.flush(next); err != nil {
			return err
		}
	}
	return nil
}

// flush writes the buffer behind what has been written so far.
func (s *sink) flush(next *sidecar) error {
	if len(s.buffer) == 0 {
		return nil
	}
	s.damaged = true
	if _, err := s.file.WriteAt(s.buffer, next.Length); err != nil {
		return fmt.Errorf("file: write %s: %w", s.path, err)
	}
	next.Length += int64(len(s.buffer))
	s.buffer = s.buffer[:0]
	return nil
}

// Close closes the file. Every delivery is on disk already.
func (s *sink) Close() error { return s.file.Close() }
