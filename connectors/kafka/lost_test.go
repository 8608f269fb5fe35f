package kafka

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/weirdb/weir/engine"
)

func TestLostRangeIsADeadLetter(t *testing.T) {
	c, addr := fakeCluster(t, kfake.SeedTopics(1, "bid"))
	write(t, producer(t, addr), "bid", 0, 0, 20)
	if err := c.DeleteRecords("bid", 0, 12); err != nil {
		t.Fatal(err)
	}
	s := testSource(t, "brokers="+addr, "topic=bid")
	got := readAll(t, open(t, s, engine.ReadOptions{Bounded: true, From: map[string]int64{"0": 5}}))
	if len(got.rejects) != 1 || !strings.Contains(got.rejects[0].Reason, "offsets 5 to 11 ") || got.rejects[0].Offset != 5 {
		t.Errorf("rejects %+v, want one that names offsets 5 to 11", got.rejects)
	}
	if len(got.values["0"]) != 8 || got.values["0"][0] != "bid/0/12" {
		t.Errorf("read %v, want 12 to 19", got.values["0"])
	}
}

func TestRangeLostWhileReading(t *testing.T) {
	c, addr := fakeCluster(t, kfake.SeedTopics(1, "bid"))
	p := producer(t, addr)
	r := open(t, testSource(t, "brokers="+addr, "topic=bid"), engine.ReadOptions{}).(*reader)
	write(t, p, "bid", 0, 0, 20)
	readUntil(t, r, func(s *seen) bool { return s.count() == 20 })
	// As if the reader had been slow: back to 5, and retention has come as far as 12.
	if err := c.DeleteRecords("bid", 0, 12); err != nil {
		t.Fatal(err)
	}
	r.byNumber[0].next = 5
	r.fetcher.fetch(0, 5)
	s := readUntil(t, r, func(s *seen) bool { return s.next["0"] == 20 })
	if len(s.rejects) != 1 || !strings.Contains(s.rejects[0].Reason, "offsets 5 to 11 ") {
		t.Errorf("rejects %+v, want one that names offsets 5 to 11", s.rejects)
	}
	if len(s.values["0"]) != 8 || s.values["0"][0] != "bid/0/12" {
		t.Errorf("read %v, want 12 to 19", s.values["0"])
	}
}

func TestPositionPastTheEndIsAnError(t *testing.T) {
	_, addr := fakeCluster(t, kfake.SeedTopics(1, "bid"))
	_, err := testSource(t, "brokers="+addr, "topic=bid").Open(t.Context(), engine.ReadOptions{From: map[string]int64{"0": 9}})
	if err == nil || !strings.Contains(err.Error(), "bid[0] from offset 9") || !strings.Contains(err.Error(), "ends at 0") {
		t.Errorf("error %v, want one that names partition, offset and end", err)
	}
}

func TestTopicThatGoesAwayIsAnError(t *testing.T) {
	for name, again := range map[string]bool{"was deleted while it was read": false, "deleted and created again": true} {
		t.Run(name, func(t *testing.T) {
			c, addr := fakeCluster(t, kfake.SeedTopics(1, "bid"))
			r := open(t, testSource(t, "brokers="+addr, "topic=bid"), engine.ReadOptions{})
			if err := c.DeleteTopic("bid"); err != nil {
				t.Fatal(err)
			}
			if again {
				if err := c.CreateTopic("bid", 1, nil); err != nil {
					t.Fatal(err)
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			var err error
			for err == nil {
				_, err = r.Poll(ctx)
			}
			wantParts(t, err.Error(), name)
		})
	}
}

func TestPollEndsWithItsContext(t *testing.T) {
	_, addr := fakeCluster(t, kfake.SeedTopics(1, "bid"))
	r := open(t, testSource(t, "brokers="+addr, "topic=bid"), engine.ReadOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var err error
	for range 10 { // what is at hand comes first
		if _, err = r.Poll(ctx); err != nil {
			break
		}
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}
