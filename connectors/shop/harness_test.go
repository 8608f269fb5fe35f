package shop

import (
	"context"
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/weirdb/weir/connectors/generated"
	"github.com/weirdb/weir/connectors/generated/generatedtest"
	"github.com/weirdb/weir/engine"
)

// idle are timelines with a clock that nobody moves.
func idle() *generated.Timelines { return generated.NewTimelines(generatedtest.NewClock()) }

const firstDay = "2026-03-02 00:00:00" // a Monday

// configure makes a source as CREATE SOURCE would.
func configure(t testing.TB, given map[string]string, shared *generated.Timelines) *source {
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

func open(t testing.TB, s *source, o engine.ReadOptions) engine.Reader {
	t.Helper()
	r, err := s.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// delivered is one record as it was read.
type delivered struct {
	partition string
	offset    int64
	value     string
}

// drain reads to the end.
func drain(t testing.TB, r engine.Reader) []delivered {
	t.Helper()
	var all []delivered
	for _, f := range generatedtest.Drain(t, r) {
		all = append(all, unpack(f)...)
	}
	return all
}

func unpack(f engine.Fetch) []delivered {
	all := make([]delivered, len(f.Records))
	for i, rec := range f.Records {
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
	return drain(t, open(t, configure(t, given, idle()), engine.ReadOptions{}))
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
		Items                                           []sold
	} `json:"payload"`
}

// sold is an item of an order as JSON reads it.
type sold struct {
	SKU      string
	Quantity int64
	Price    json.Number
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
