package http

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	nethttp "net/http"

	"github.com/apache/arrow-go/v18/arrow/array"
	rows "github.com/weirdb/weir/connectors/format/lines"
	"github.com/weirdb/weir/connectors/httpout"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/alerting"
)

// sinkOptions are those of the sink.
var sinkOptions = append([]engine.Option{
	{Name: "method", Default: nethttp.MethodPost, Allowed: []string{nethttp.MethodPost, nethttp.MethodPut, nethttp.MethodPatch, nethttp.MethodDelete}, Doc: "How requests are made."},
}, httpout.Options...)

// sink calls a URL for each row: a command, or a notification to a machine. It goes on behind the rows of an epoch that it has sent already,
// as long as it lives; after a crash those come again, with the same keys.
type sink struct {
	config engine.SinkConfig
	poster *httpout.Poster
	epoch  int64
	sent   int // rows of the epoch
}

func newSink(c engine.SinkConfig) (engine.Sink, error) {
	if err := httpout.CheckURL("url", c.Options["url"]); err != nil {
		return nil, err
	}
	poster, err := httpout.New(c.Options)
	return &sink{config: c, poster: poster}, err
}

// checkSink finds what newSink would.
func checkSink(c engine.SinkConfig) error {
	_, err := newSink(c)
	return err
}

// Deliver implements engine.Sink.
func (s *sink) Deliver(ctx context.Context, d engine.Delivery) error {
	if d.Epoch != s.epoch {
		s.epoch, s.sent = d.Epoch, 0
	}
	at := 0
	for _, b := range d.Changes {
		for row := range int(b.Rows.NumRows()) {
			if at++; at <= s.sent {
				continue
			}
			if err := s.call(ctx, d, b, row, at); err != nil {
				return err
			}
			s.sent = at
		}
	}
	return nil
}

// call makes the request of one row.
func (s *sink) call(ctx context.Context, d engine.Delivery, b engine.Batch, row, at int) error {
	weight := int8(1)
	if b.Weights != nil {
		weight = b.Weights[row]
	}
	return s.poster.Send(ctx, httpout.Request{
		Method: s.config.Options["method"], URL: s.config.Options["url"], Key: s.key(d, b, row, at),
		Body: rows.AppendJSON(nil, d.Columns, b.Rows, row, weight, s.config.Updating),
	})
}

// key is the idempotency key of a row: of an alert's transition, its own; otherwise by its place in what was committed, which is always the
// same.
func (s *sink) key(d engine.Delivery, b engine.Batch, row, at int) string {
	if s.config.Alert {
		cell := func(column int) string { return b.Rows.Column(column).(*array.String).Value(row) }
		return alerting.Key(cell(alerting.IDColumn), alerting.State(cell(alerting.StateColumn)), b.Rows.Column(alerting.ReminderColumn).(*array.Int32).Value(row))
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d\x00%d", s.config.Instance, s.config.Name, d.Epoch, at))
	return hex.EncodeToString(sum[:16])
}

// Close implements engine.Sink.
func (s *sink) Close() error { return nil }
