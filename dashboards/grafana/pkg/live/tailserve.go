package live

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/weirdb/weir/dashboards/grafana/pkg/frame"
)

// subscribe gives the rows that the subscribers have had since the path's epoch, for one more.
func (t *tail) subscribe(ctx context.Context) (*data.Frame, error) {
	t.mu.Lock()
	t.flush()
	if !t.joined { // nobody has had anything: who comes first may have all
		t.sent, t.joined = len(t.since), true
	}
	t.quiet = time.Now().Add(settle + hush)
	rows := slices.Clone(t.since[:t.sent])
	t.mu.Unlock()
	sleep(ctx, settle)
	t.signal()
	return t.frame(rows)
}

// flush sends what is not sent yet.
func (t *tail) flush() {
	if t.send == nil || t.sent == len(t.since) || time.Now().Before(t.quiet) {
		return
	}
	f, err := t.frame(t.since[t.sent:])
	if err == nil {
		err = t.send(f, data.IncludeDataOnly)
	}
	if err != nil {
		t.err = fmt.Errorf("sending rows of %s: %w", t.path.View, err)
		return
	}
	t.sent = len(t.since)
}

func (t *tail) frame(rows []row) (*data.Frame, error) {
	columns := make([]frame.Column, len(t.pick))
	for i, at := range t.pick {
		columns[i] = frame.Column{Name: t.view.Columns[at].Name, Type: t.view.Columns[at].Type}
		if contains(t.path.Labels, columns[i].Name) {
			columns[i].Type = labelType
		}
	}
	return shape(frame.FromJSON(columns, rows), t.path.Format)
}

// shape gives rows that are added the shape that a format asks for.
func shape(f *data.Frame, format Format) (*data.Frame, error) {
	switch format {
	case Series:
		return frame.StreamSeries(f)
	case Logs:
		return frame.Logs(f)
	}
	return frame.Table(f), nil
}

// serve runs the channel until ctx ends.
func (t *tail) serve(ctx context.Context, send Send) error {
	t.mu.Lock()
	t.send, t.joined = send, true
	t.idle.Stop()
	t.mu.Unlock()
	defer t.rest()
	for {
		t.mu.Lock()
		t.flush()
		err, wait, waiting := t.err, time.Until(t.quiet), t.sent < len(t.since)
		t.mu.Unlock()
		if err != nil {
			return err
		}
		sleep(ctx, max(wait, leastPause))
		if waiting && ctx.Err() == nil {
			continue // it was a time of silence
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.wake:
		}
	}
}

// rest keeps the channel for a while when nobody runs it any more.
func (t *tail) rest() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.send = nil
	t.idle.Reset(linger)
}
