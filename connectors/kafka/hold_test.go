package kafka

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/weirdb/weir/engine"
)

// TestHeldPartitionsAreNotFetched: nothing comes of a partition that is held, until it is not. Both have one lane, so that a request that
// was sent before the hold has been answered once a record of the other has come.
func TestHeldPartitionsAreNotFetched(t *testing.T) {
	_, addr := fakeCluster(t, kfake.SeedTopics(3, "bid"))
	p := producer(t, addr)
	r := open(t, testSource(t, "brokers="+addr, "topic=bid"), engine.ReadOptions{}).(*reader)
	r.Hold([]string{"2", "no number"})
	write(t, p, "bid", 0, 0, 1)
	s := readUntil(t, r, func(s *seen) bool { return s.count() >= 1 })
	write(t, p, "bid", 2, 0, 100)
	write(t, p, "bid", 0, 1, 100)
	more := readUntil(t, r, func(s *seen) bool { return len(s.values["0"]) >= 100 && s.waiting["2"] == 100 })
	if n := len(s.values["2"]) + len(more.values["2"]); n > 0 {
		t.Errorf("%d records of the partition that is held", n)
	}
	r.Hold(nil)
	s = readUntil(t, r, func(s *seen) bool { return len(s.values["2"]) >= 100 })
	if s.values["2"][0] != "bid/2/0" {
		t.Errorf("the first record is %s", s.values["2"][0])
	}
}
