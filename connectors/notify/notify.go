// Package notify has the connectors that tell people, and what calls them, of alerts: a file for each channel. Each is a sink on an alert: CREATE ALERT … WITH (to =
// 'slack'), or CREATE SINK … AS FROM an alert.
//
//	transitions of a commit ─► read (transition.go) ─► groups (group.go) ─► one notification each ─► channel (slack.go, …)
//
// What comes again after a crash has the same idempotency keys; a group that was sent before one behind it failed is not sent again.
//
// To add a channel: a file with its connector and its channel's send, a line in Connectors, and a test of what it sends against a server.
package notify

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/weirdb/weir/engine"
)

// Connectors are the channels.
var Connectors = []engine.Connector{webhookConnector, slackConnector, emailConnector, pagerdutyConnector, alertmanagerConnector}

// channel sends notifications. One goroutine uses it.
type channel interface {
	// send sends one notification, and returns once it is taken.
	send(ctx context.Context, n *notification) error
}

// declare makes a connector of a channel.
func declare(name, doc, example string, options []engine.Option, open func(engine.SinkConfig) (channel, error)) engine.Connector {
	return engine.Connector{
		Name: name, Doc: doc, Example: example, SinkOptions: options,
		Sink: func(c engine.SinkConfig) (engine.Sink, error) {
			to, err := open(c)
			if err != nil {
				return nil, err
			}
			groupBy, err := groupColumns(c)
			return &sink{to: to, groupBy: groupBy}, err
		},
		CheckSink: func(c engine.SinkConfig) error {
			if !c.Alert {
				return fmt.Errorf("option connector = '%s': it tells of alerts, and %s is none: CREATE ALERT makes one of a SELECT", name, c.View)
			}
			_, bad := open(c)
			return errors.Join(bad, checkGroups(c))
		},
	}
}

// sink sends what an alert has committed.
type sink struct {
	to      channel
	groupBy []string
	count   atomic.Int64
	epoch   int64
	done    map[string]bool // notifications of the epoch that were sent
}

// Deliver implements engine.Sink.
func (s *sink) Deliver(ctx context.Context, d engine.Delivery) error {
	if d.Epoch != s.epoch || s.done == nil {
		s.epoch, s.done = d.Epoch, map[string]bool{}
	}
	for _, n := range group(read(d), s.groupBy) {
		if s.done[n.key] {
			continue
		}
		if err := s.to.send(ctx, n); err != nil {
			return err
		}
		s.done[n.key] = true
		s.count.Add(1)
	}
	return nil
}

// Notified implements engine.Notifier.
func (s *sink) Notified() int64 { return s.count.Load() }

// Close implements engine.Sink.
func (s *sink) Close() error { return nil }
