package runtime

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
)

// TestSlowLiveReaderHoldsFewBytes: what waits for a reader is bounded in bytes, however few the epochs.
func TestSlowLiveReaderHoldsFewBytes(t *testing.T) {
	rows := rowsOf(eventColumns, make([]event, 3<<20)) // 16 bytes a row: 48 MB
	defer rows.Release()
	batches := []engine.Batch{{Rows: rows}}
	h := newHub()
	h.begin(0)
	s, err := h.subscribe(engine.Following{View: "v", After: engine.FromNow})
	if err != nil {
		t.Fatal(err)
	}
	changes := s.Changes
	defer s.Cancel()
	publish := func(epoch int64) { h.publish(epoch, []engine.Change{{View: "v", Batches: batches}}) }
	for epoch := range int64(5) {
		publish(epoch)
	}
	if n := len(changes); n != 1 {
		t.Fatalf("%d epochs of %d bytes wait, want 1", n, engine.Size(batches))
	}
	release((<-changes).Batches)
	publish(5)
	got := <-changes
	release(got.Batches)
	if !got.Gap || got.Epoch != 5 {
		t.Errorf("epoch %d, gap %t: want 5 and a gap", got.Epoch, got.Gap)
	}
}

// TestLongRecordsEndAnEpoch: records that are few but long must not be gathered until the interval is over.
func TestLongRecordsEndAnEpoch(t *testing.T) {
	e, err := New(Config{Store: newFakeStore(), Workers: 1, CommitInterval: time.Hour, Sources: []Source{{Name: "s", EventTime: -1}}})
	if err != nil {
		t.Fatal(err)
	}
	e.epochStart = e.config.Now()
	s := e.sources[0]
	for i := range 25 {
		if e.epochIsOver() {
			t.Fatalf("the epoch is over after %d MB", 10*i)
		}
		f := &fetched{Fetch: engine.Fetch{Partition: "0", Next: int64(i + 1)}, source: s, bytes: 10 << 20}
		s.part("0", e.config.Now())
		e.settle(f)
	}
	e.settle(&fetched{Fetch: engine.Fetch{Partition: "0", Next: 26}, source: s, bytes: 10 << 20})
	if !e.epochIsOver() {
		t.Error("the epoch goes on after 260 MB of records")
	}
}

// TestStopDoesNotWaitForADiskThatIsFull: what was not committed is read again after the restart.
func TestStopDoesNotWaitForADiskThatIsFull(t *testing.T) {
	saved := commitRetries
	commitRetries = []time.Duration{time.Hour, time.Hour}
	t.Cleanup(func() { commitRetries = saved })
	source, _ := randomEvents(rand.New(rand.NewPCG(6, 6)), 2, 50)
	store := newFakeStore()
	store.fail = 1000
	e, err := New(config(store, source, 1, countQuery("a")))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- e.Run(ctx) }()
	for tried := 1000; tried == 1000; { // until the first attempt has failed
		store.mu.Lock()
		tried = store.fail
		store.mu.Unlock()
	}
	stop()
	if err := <-done; err == nil || !strings.Contains(err.Error(), "disk is full") {
		t.Errorf("error %v, want the store's", err)
	}
	if store.fail != 998 {
		t.Errorf("%d attempts, want the one that failed and a last one", 1000-store.fail)
	}
}
