package file

import (
	"context"
	"fmt"
	"os"

	"github.com/weirdb/weir/connectors/format/lines"
	"github.com/weirdb/weir/engine"
)

// sink appends lines to a file, each delivery once.
//
//	out.ndjson   │ epoch 7 │ epoch 8 │ epoch 9, perhaps in part
//	out.ndjson.weir          ▲ {"epoch":8,"length":…}
//
// A delivery is written and synced behind the valid length; then the sidecar says so, in one rename. What a crash leaves behind the
// valid length is cut off when the file is opened again, and a delivery that comes a second time is passed over by its epoch.
type sink struct {
	path    string
	file    *os.File
	csv     bool
	always  bool // write weights even where there are none
	valid   sidecar
	buffer  []byte
	damaged bool // a write failed: cut off what it left before the next
}

func newSink(c engine.SinkConfig) (engine.Sink, error) {
	if c.Format != "" && c.Format != formatJSON && c.Format != formatCSV {
		return nil, fmt.Errorf("file: format = '%s': a sink writes 'json' or 'csv'", c.Format)
	}
	s := &sink{path: c.Options["path"], csv: c.Format == formatCSV, always: c.Options["weights"] == "always"}
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
	next, err := s.encode(d)
	if err != nil {
		return err
	}
	s.damaged = true
	if err := s.append(); err != nil {
		return err
	}
	next.Epoch, next.Length = d.Epoch, s.valid.Length+int64(len(s.buffer))
	if err := next.write(s.path); err != nil {
		return err
	}
	s.valid, s.damaged = next, false
	return nil
}

func (s *sink) append() error {
	if len(s.buffer) == 0 {
		return nil
	}
	if _, err := s.file.WriteAt(s.buffer, s.valid.Length); err != nil {
		return fmt.Errorf("file: write %s: %w", s.path, err)
	}
	if err := s.file.Sync(); err != nil {
		return fmt.Errorf("file: sync %s: %w", s.path, err)
	}
	return nil
}

// encode writes the lines of a delivery to the buffer. It returns what the sidecar will say, epoch and length aside.
func (s *sink) encode(d engine.Delivery) (sidecar, error) {
	s.buffer = s.buffer[:0]
	next := s.valid
	weights := s.always || lines.HasWeights(d.Changes)
	if !s.csv {
		for _, b := range d.Changes {
			s.buffer = lines.AppendBatchJSON(s.buffer, d.Columns, b, weights)
		}
		return next, nil
	}
	if s.valid.Header == "" {
		s.buffer = lines.AppendCSVHeader(s.buffer, d.Columns, weights)
		next.Header, next.Weights = string(s.buffer), weights
		if s.valid.Length > 0 {
			s.buffer = s.buffer[:0] // the file was there before: it has its header
		}
	}
	if weights && !next.Weights {
		return next, fmt.Errorf("file: %s was begun without the column %s, and a row is to be taken back: "+
			"remove the file and its .weir, and set weights = 'always'", s.path, lines.WeightColumn)
	}
	for _, b := range d.Changes {
		s.buffer = lines.AppendBatchCSV(s.buffer, d.Columns, b, next.Weights)
	}
	return next, nil
}

// Close closes the file. Every delivery is on disk already.
func (s *sink) Close() error { return s.file.Close() }
