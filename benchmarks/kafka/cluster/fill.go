package cluster

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/benchmarks/kafka/bids"
)

// FillNote says how Fill writes.
const FillNote = "the topic holds the bids uncompressed, in batches of up to 1 MB, as franz-go makes them with its own settings"

// Fill writes n bids into a topic, and the same into a file, one a line.
func (c *Cluster) Fill(ctx context.Context, topic string, partitions int, n, seed int64, path string) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	w := bufio.NewWriterSize(file, 1<<20)
	f := &filling{client: c.Client, topic: topic}
	err = bids.Generate(ctx, n, partitions, seed, func(chunk bids.Chunk) error {
		for _, line := range chunk.Lines {
			f.produce(ctx, chunk.Partition, line)
			_, _ = w.Write(line)  // Flush returns the error
			_ = w.WriteByte('\n') // likewise
		}
		return f.failure()
	})
	if err == nil {
		err = c.Client.Flush(ctx)
	}
	if err = errors.Join(err, f.failure(), w.Flush()); err != nil {
		return fmt.Errorf("fill topic %s: %w", topic, err)
	}
	return nil
}

// filling keeps the first error of producing.
type filling struct {
	client *kgo.Client
	topic  string
	mu     sync.Mutex
	err    error
}

func (f *filling) produce(ctx context.Context, partition int32, value []byte) {
	f.client.Produce(ctx, &kgo.Record{Topic: f.topic, Partition: partition, Value: value}, func(_ *kgo.Record, err error) {
		if err == nil {
			return
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.err == nil {
			f.err = err
		}
	})
}

func (f *filling) failure() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}
