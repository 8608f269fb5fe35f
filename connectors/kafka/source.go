package kafka

import (
	"context"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/engine"
)

// fetchWait is what a broker without news holds a request for.
const fetchWait = 500 * time.Millisecond

// tick is how often the brokers are asked where the partitions end. A quiet partition is reported that often.
const tick = time.Second

// source is a configured topic.
type source struct {
	name    string
	options engine.Options
	client  []kgo.Opt
	dialer  dialer
	log     *slog.Logger
	tick    time.Duration
	connect time.Duration
}

func newSource(c engine.SourceConfig) (engine.Source, error) {
	log := slog.With("source", c.Name, "topic", c.Options["topic"])
	opts, err := clientOptions(c.Options, log)
	if err != nil {
		return nil, err
	}
	dialer, err := newDialer(c.Options)
	if err != nil {
		return nil, err
	}
	return &source{name: c.Name, options: c.Options, client: opts, dialer: dialer, log: log, tick: tick, connect: connectTimeout}, nil
}

// group is the consumer group that mirrors the positions.
func (s *source) group() string {
	if g := s.options["group_id"]; g != "" {
		return g
	}
	return "weir-" + s.name
}

// committedOnly reports whether open and aborted transactions stay hidden.
func (s *source) committedOnly() bool { return s.options["isolation_level"] != "read_uncommitted" }

// Open connects within a bounded time, notes where each partition begins and ends, and starts fetching.
func (s *source) Open(ctx context.Context, o engine.ReadOptions) (engine.Reader, error) {
	client, err := kgo.NewClient(s.client...)
	if err != nil {
		return nil, err
	}
	r, err := s.open(ctx, client, o)
	if err != nil {
		client.Close()
		return nil, err
	}
	return r, nil
}
