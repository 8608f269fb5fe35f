// Package bids makes the bids of the Nexmark benchmark as JSON, one object each, for benchmarks that read them from a topic:
//
//	{"auction":1000,"bidder":1001,"price":133905,"channel":"Google","url":"https://…","date_time":"2026-01-01T00:00:00.000Z","extra":"…"}
//
// An object has 260 bytes on average. Times are in milliseconds, in ISO 8601, as most producers write them.
package bids

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/connectors/nexmark"
	"github.com/weirdb/weir/engine"
)

// Columns are the bids' columns, as CREATE SOURCE and read_json declare them.
const Columns = "auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, date_time TIMESTAMP, extra VARCHAR"

// Nexmark's proportions: of 50 events in a row the last 46 are bids.
const (
	round     = 50
	firstBid  = 4
	roundBids = round - firstBid
)

// Chunk are bids that follow each other in one partition, one JSON object each.
type Chunk struct {
	Partition int32
	Lines     [][]byte // owned by the receiver
}

// Generate makes the first n bids (n is at least 1) of a stream, dealt to partitions in rounds of 46, and gives them to take a
// chunk at a time.
// Within a partition the times grow. It stops at take's first error.
func Generate(ctx context.Context, n int64, partitions int, seed int64, take func(Chunk) error) error {
	r, err := open(ctx, n, partitions, seed)
	if err != nil {
		return fmt.Errorf("make bids: %w", err)
	}
	defer func() { _ = r.Close() }() // it holds nothing
	for {
		fetches, err := r.Poll(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("make bids: %w", err)
		}
		for _, f := range fetches {
			if err := give(f, take); err != nil {
				return err
			}
		}
	}
}

// open starts the generator with as many events as it takes for n bids.
func open(ctx context.Context, n int64, partitions int, seed int64) (engine.Reader, error) {
	options, err := engine.Validate(map[string]string{
		"table": "bid", "events": strconv.FormatInt(events(n), 10), "partitions": strconv.Itoa(partitions), "seed": strconv.FormatInt(seed, 10),
	}, nexmark.Connector.SourceOptions)
	if err != nil {
		return nil, err
	}
	columns, _, _, err := nexmark.Schema(options)
	if err != nil {
		return nil, err
	}
	source, err := nexmark.Connector.Source(engine.SourceConfig{Name: "bid", Columns: columns, Options: options})
	if err != nil {
		return nil, err
	}
	return source.Open(ctx, engine.ReadOptions{Columns: columns, Bounded: true})
}

// events is how many events of all kinds hold n bids.
func events(n int64) int64 {
	if n%roundBids == 0 {
		return n / roundBids * round
	}
	return n/roundBids*round + firstBid + n%roundBids
}

// give encodes a fetch and passes it on.
func give(f engine.Fetch, take func(Chunk) error) error {
	if f.Rows == nil {
		return nil
	}
	defer f.Rows.Release()
	partition, err := strconv.ParseInt(f.Partition, 10, 32)
	if err != nil {
		return err
	}
	return take(Chunk{Partition: int32(partition), Lines: encode(f.Rows)})
}

// encode writes all rows into one buffer, and returns its parts.
func encode(rows arrow.RecordBatch) [][]byte {
	b := newBatch(rows)
	n := int(rows.NumRows())
	buf, ends := make([]byte, 0, n*280), make([]int, n)
	for i := range n {
		buf = b.append(buf, i)
		ends[i] = len(buf)
	}
	lines := make([][]byte, n)
	from := 0
	for i, end := range ends {
		lines[i] = buf[from:end:end]
		from = end
	}
	return lines
}
