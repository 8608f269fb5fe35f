// Package stdout is the sink that prints a view's changes as JSON lines, to look at or to pipe on. To print another way, add a
// format to connectors/format/lines.
package stdout

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/weirdb/weir/connectors/format/lines"
	"github.com/weirdb/weir/engine"
)

// Connector declares the stdout sink.
var Connector = engine.Connector{
	Name: "stdout",
	Doc: "Prints a JSON line for each row that a commit adds or takes back, with the view's columns; weir_weight, 1 or -1, tells the two apart " +
		"when there are both. After a crash the last commit may be printed again.",
	Example:     `CREATE SINK show WITH (connector = 'stdout') AS FROM hot_auctions;`,
	SinkOptions: []engine.Option{lines.EnvelopeOption},
	Sink:        func(c engine.SinkConfig) (engine.Sink, error) { return to(os.Stdout, c), nil },
	CheckSink:   lines.CheckEnvelope,
}

// sink writes to one stream.
type sink struct {
	out      io.Writer
	view     string
	debezium bool
	last     int64
	buffer   []byte
}

// To makes a sink that prints to out, which stays the caller's to close. Each delivery is one Write.
func To(out io.Writer) engine.Sink { return to(out, engine.SinkConfig{}) }

func to(out io.Writer, c engine.SinkConfig) *sink {
	return &sink{out: out, view: c.View, debezium: lines.Debezium(c), last: -1}
}

// Deliver prints the rows of one epoch. An epoch that was printed by this sink is not printed again.
func (s *sink) Deliver(_ context.Context, d engine.Delivery) error {
	if d.Epoch <= s.last {
		return nil
	}
	s.buffer = s.buffer[:0]
	weights := lines.HasWeights(d.Changes)
	from := lines.DebeziumSource{View: s.view, Epoch: d.Epoch, Millis: time.Now().UnixMilli()}
	for _, b := range d.Changes {
		if s.debezium {
			s.buffer = lines.AppendBatchDebezium(s.buffer, d.Columns, b, from)
		} else {
			s.buffer = lines.AppendBatchJSON(s.buffer, d.Columns, b, weights)
		}
	}
	if len(s.buffer) > 0 {
		if _, err := s.out.Write(s.buffer); err != nil {
			return fmt.Errorf("stdout: %w", err)
		}
	}
	s.last = d.Epoch
	return nil
}

// Close does nothing: the stream is not ours.
func (s *sink) Close() error { return nil }
