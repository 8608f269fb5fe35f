package bids

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"
)

// bid is what a standard decoder finds.
type bid struct {
	Auction, Bidder, Price *int64
	Channel, URL, Extra    *string
	At                     time.Time `json:"date_time"`
}

// Exactly as many bids come as were asked for, each of them valid JSON with all fields, in the order of time in a partition.
func TestGenerate(t *testing.T) {
	for _, n := range []int64{1, 45, 46, 47, 10_000} {
		got, partitions := int64(0), map[int32]time.Time{}
		err := Generate(context.Background(), n, 4, 1, func(c Chunk) error {
			for _, line := range c.Lines {
				var b bid
				if err := json.Unmarshal(line, &b); err != nil {
					t.Fatalf("%s: %v", line, err)
				}
				if b.Auction == nil || b.Bidder == nil || b.Price == nil || b.Channel == nil || b.URL == nil || b.Extra == nil {
					t.Fatalf("a field is missing: %s", line)
				}
				if b.At.Before(partitions[c.Partition]) {
					t.Fatalf("partition %d goes back in time: %s", c.Partition, line)
				}
				partitions[c.Partition] = b.At
				got++
			}
			return nil
		})
		if err != nil || got != n {
			t.Errorf("%d bids, want %d (%v)", got, n, err)
		}
		if n > 1000 && len(partitions) != 4 {
			t.Errorf("%d partitions, want 4", len(partitions))
		}
	}
}

func TestGenerateStopsAtAnError(t *testing.T) {
	full := errors.New("full")
	calls := 0
	err := Generate(context.Background(), 100_000, 2, 1, func(Chunk) error { calls++; return full })
	if !errors.Is(err, full) || calls != 1 {
		t.Errorf("%d calls and %v, want one and its error", calls, err)
	}
}
