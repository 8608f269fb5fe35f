package kafka

import (
	"bytes"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/weirdb/weir/engine"
)

// A response's memory is used again once all of its fetches are done, and not before.
func TestRoomIsUsedAgain(t *testing.T) {
	stock := &roomStock{}
	r := stock.take()
	r.users.Store(2)
	r.leave()
	if stock.take() == r {
		t.Fatal("the room was free while somebody read from it")
	}
	r.leave()
	if stock.take() != r {
		t.Error("the room is not free after all have left")
	}
	r.bytes = make([]byte, largestRoom+1)
	stock.put(r)
	if stock.take() == r {
		t.Error("a huge room was kept")
	}
}

// Values stay as they are until their fetch is done, however much is fetched meanwhile.
func TestValuesStayUntilDone(t *testing.T) {
	_, addr := fakeCluster(t, kfake.SeedTopics(1, "bid"))
	p := producer(t, addr)
	write(t, p, "bid", 0, 0, 10)
	r := open(t, testSource(t, "brokers="+addr, "topic=bid"), engine.ReadOptions{})
	first := pollRecords(t, r)
	kept := make([][]byte, len(first.Records))
	for i, rec := range first.Records {
		kept[i] = bytes.Clone(rec.Value)
	}
	for range 5 {
		write(t, p, "bid", 0, 10, 10)
		pollRecords(t, r).Done()
	}
	for i, rec := range first.Records {
		if !bytes.Equal(rec.Value, kept[i]) {
			t.Fatalf("record %d changed from %s to %s", i, kept[i], rec.Value)
		}
	}
	first.Done()
}

// pollRecords polls until records come, and unpacks them.
func pollRecords(t *testing.T, r engine.Reader) engine.Fetch {
	t.Helper()
	for {
		fetches, err := r.Poll(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fetches {
			if f.Unpack != nil {
				f.Records, _ = unpacked(t, f, nil)
				return f
			}
		}
	}
}
