package shop

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
)

// handClock moves only when a reader sleeps or the test says so.
type handClock struct{ now time.Time }

func (c *handClock) Now() time.Time { return c.now }

func (c *handClock) Sleep(ctx context.Context, d time.Duration) error {
	c.now = c.now.Add(d)
	return ctx.Err()
}

func newClock() *handClock { return &handClock{now: time.Date(2026, 3, 2, 12, 30, 15, 0, time.UTC)} }

const firstDay = "2026-03-02 00:00:00" // a Monday

// configure makes a source as CREATE SOURCE would.
func configure(t testing.TB, given map[string]string, shared *timelines) *source {
	t.Helper()
	o, err := engine.Validate(given, Connector.SourceOptions)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSource(engine.SourceConfig{Name: "shop", Format: "json", Columns: columns, Options: o}, shared)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func open(t testing.TB, s *source, o engine.ReadOptions) *reader {
	t.Helper()
	r, err := s.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r.(*reader)
}

// delivered is one record as it was read.
type delivered struct {
	partition string
	offset    int64
	value     string
}

// drain reads to the end and checks what every fetch promises.
func drain(t testing.TB, r *reader) []delivered {
	t.Helper()
	var all []delivered
	for {
		fetches, err := r.Poll(context.Background())
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fetches {
			all = append(all, unpack(t, f)...)
		}
	}
}

func unpack(t testing.TB, f engine.Fetch) []delivered {
	t.Helper()
	all := make([]delivered, len(f.Records))
	for i, rec := range f.Records {
		if rec.Offset >= f.Next || i > 0 && rec.Offset <= f.Records[i-1].Offset {
			t.Fatalf("partition %s: offset %d out of place, next %d", f.Partition, rec.Offset, f.Next)
		}
		all[i] = delivered{f.Partition, rec.Offset, string(rec.Value)}
	}
	return all
}

// read drains a shop that runs flat out from a fixed start, with the given options.
func read(t testing.TB, more map[string]string) []delivered {
	t.Helper()
	given := map[string]string{"speed": "0", "start": firstDay, "events": "20000"}
	for k, v := range more {
		given[k] = v
	}
	return drain(t, open(t, configure(t, given, &timelines{clock: newClock()}), engine.ReadOptions{}))
}

// sound are options without duplicates, late and broken records.
func sound(more map[string]string) map[string]string {
	given := map[string]string{"duplicates": "0", "late": "0", "broken": "0", "partitions": "1"}
	for k, v := range more {
		given[k] = v
	}
	return given
}

// event is a record as JSON reads it.
type event struct {
	EventType string    `json:"eventType"`
	EventID   string    `json:"eventId"`
	Timestamp time.Time `json:"timestamp"`
	Payload   struct {
		OrderID, CustomerID, Currency, Country, Channel string
		PaymentID, Method, Reason                       string
		ShipmentID, Carrier, Warehouse                  string
		Amount                                          json.Number
		Items                                           []struct {
			SKU      string
			Quantity int64
			Price    json.Number
		}
	} `json:"payload"`
}

func parse(t testing.TB, all []delivered) []event {
	t.Helper()
	events := make([]event, len(all))
	for i, d := range all {
		if err := json.Unmarshal([]byte(d.value), &events[i]); err != nil {
			t.Fatalf("record %d: %v: %s", d.offset, err, d.value)
		}
	}
	return events
}

func cents(t testing.TB, n json.Number) int64 {
	t.Helper()
	f, err := n.Float64()
	if err != nil {
		t.Fatal(err)
	}
	return int64(math.Round(f * 100))
}

func within(t *testing.T, what string, got, want, off float64) {
	t.Helper()
	if math.Abs(got-want) > off {
		t.Errorf("%s: %v, want %v ± %v", what, got, want, off)
	}
}
