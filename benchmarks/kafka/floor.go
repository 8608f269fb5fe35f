package kafka

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/weirdb/weir/benchmarks/bench"
	connector "github.com/weirdb/weir/connectors/kafka"
	"github.com/weirdb/weir/engine"
)

// floor is the job without any work: Weir's Kafka source polled to the topic's end in this process, nothing decoded.
const floor = "reading alone"

func measureFloor(ctx context.Context, s *Stage, runs int) (bench.Usage, error) {
	var all []bench.Usage
	for range runs {
		read := int64(0)
		u, err := bench.Measure(func() (err error) { read, err = readAll(ctx, s); return err })
		if err == nil && read != s.Events {
			err = fmt.Errorf("%d events came, want %d", read, s.Events)
		}
		if err != nil {
			return u, fmt.Errorf("%s: %w", floor, err)
		}
		all = append(all, u)
	}
	return bench.Median(all, func(u bench.Usage) float64 { return u.CPU.Seconds() }), nil
}

// readAll counts the records of the topic.
func readAll(ctx context.Context, s *Stage) (records int64, err error) {
	options, err := engine.Validate(map[string]string{"brokers": s.Cluster.Brokers, "topic": s.Topic, "group_id": s.Topic},
		connector.Connector.SourceOptions)
	if err != nil {
		return 0, err
	}
	source, err := connector.Connector.Source(engine.SourceConfig{Name: "bid", Format: "json", Options: options})
	if err != nil {
		return 0, err
	}
	r, err := source.Open(ctx, engine.ReadOptions{Bounded: true})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	var room []engine.Record
	for {
		fetches, err := r.Poll(ctx)
		if errors.Is(err, io.EOF) {
			return records, nil
		}
		if err != nil {
			return records, err
		}
		for _, f := range fetches {
			if f.Unpack == nil {
				continue
			}
			if room, _, err = f.Unpack(room[:0]); err != nil {
				return records, err
			}
			records += int64(len(room))
			if f.Done != nil {
				f.Done()
			}
		}
	}
}
