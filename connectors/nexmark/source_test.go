package nexmark

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/connectors/generated"
	"github.com/weirdb/weir/connectors/generated/generatedtest"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

func format(r row) string {
	parts := make([]string, len(r.values))
	for i, v := range r.values {
		parts[i] = fmt.Sprint(v)
	}
	return strings.Join(parts, "|")
}

func TestResumeFromAnyPosition(t *testing.T) {
	given := map[string]string{"table": "bid", "events": "733", "partitions": "2", "out_of_order": "20 ms", "event_rate": "10000"}
	s := configure(t, given, idle())
	columns := choose(t, s.table, []string{"auction", "price", "date_time", "url"})
	all := drain(t, open(t, s, engine.ReadOptions{Columns: columns}))
	for from := int64(0); from < 740; from += 7 { // comes to each place of a round
		o := engine.ReadOptions{Columns: columns, From: map[string]int64{"0": from, "1": 0}}
		want := slices.DeleteFunc(slices.Clone(all), func(r row) bool { return r.partition == "0" && r.offset < from })
		if got := drain(t, open(t, s, o)); !reflect.DeepEqual(got, want) {
			t.Fatalf("resumed at %d: %d rows, want %d", from, len(got), len(want))
		}
	}
}

// TestPartitionsShareTheEvents checks that each event is in one partition, and that partitions change the dealing only.
func TestPartitionsShareTheEvents(t *testing.T) {
	for _, table := range tableNames() {
		want := read(t, table, "12345", nil)
		got := read(t, table, "12345", map[string]string{"partitions": "7"})
		slices.SortFunc(got, func(a, b row) int { return int(a.offset - b.offset) })
		if len(got) != len(want) {
			t.Fatalf("%s: %d rows, want %d", table, len(got), len(want))
		}
		for i := range got {
			if got[i].partition != fmt.Sprint(got[i].offset/50%7) || !reflect.DeepEqual(got[i].values, want[i].values) {
				t.Fatalf("%s: row %d is %v, want %v", table, i, got[i], want[i])
			}
		}
	}
}

func TestOutOfOrderIsBoundedAndLosesNothing(t *testing.T) {
	const late = 100 * time.Millisecond
	more := map[string]string{"out_of_order": late.String(), "events": "30030"}
	want := read(t, "bid", "30030", nil)
	got := read(t, "bid", "30030", more)
	moved, most := 0, int64(0)
	for i := range got {
		when := got[i].values[5].(int64)
		if when < most {
			moved++
		}
		if most-when > late.Microseconds() {
			t.Fatalf("row %d is %d µs late", i, most-when)
		}
		most = max(most, when)
	}
	if moved < len(got)/4 {
		t.Errorf("only %d of %d rows are out of order", moved, len(got))
	}
	slices.SortFunc(got, func(a, b row) int { return int(a.values[5].(int64) - b.values[5].(int64)) })
	for i := range want {
		if !reflect.DeepEqual(got[i].values, want[i].values) {
			t.Fatalf("event %d is %v, want %v", i, got[i].values, want[i].values)
		}
	}
}

func TestShuffleStepVisitsEveryPlace(t *testing.T) {
	for size := int64(2); size < 300; size++ {
		if d := divisor(shuffleStep(size), size); d != 1 {
			t.Errorf("groups of %d: step %d has the divisor %d", size, shuffleStep(size), d)
		}
	}
}

func TestCountsMatchPositions(t *testing.T) {
	for _, table := range tables {
		for index := range int64(3) {
			seen := int64(0)
			for limit := range int64(400) {
				p := partition{table: table, index: index, of: 3}
				taken, _ := p.take(nil, 0, limit, 1000)
				if got := int64(len(taken)); got != p.before(limit) {
					t.Fatalf("%s %d: %d below %d, counted %d", table.name, index, got, limit, p.before(limit))
				}
				seen = max(seen, p.before(limit))
			}
			if seen == 0 {
				t.Fatalf("%s %d has no events", table.name, index)
			}
		}
	}
}

func TestOnlyAskedColumnsInAskedOrder(t *testing.T) {
	s := configure(t, map[string]string{"table": "bid", "events": "100"}, idle())
	asked := []types.Field{{Name: "price", Type: types.Of(types.BigInt)}, {Name: "AUCTION", Type: types.Of(types.BigInt)}}
	got := drain(t, open(t, s, engine.ReadOptions{Columns: asked}))
	whole := drain(t, open(t, s, engine.ReadOptions{}))
	for i := range got {
		if want := []any{whole[i].values[2], whole[i].values[0]}; !reflect.DeepEqual(got[i].values, want) {
			t.Fatalf("row %d is %v, want %v", i, got[i].values, want)
		}
	}
	if none := drain(t, open(t, s, engine.ReadOptions{Columns: []types.Field{}})); len(none) != 92 {
		t.Errorf("%d rows without columns, want 92", len(none))
	}
}

func TestWrongColumnsAreRefused(t *testing.T) {
	s := configure(t, map[string]string{"table": "bid"}, idle())
	for _, f := range []types.Field{{Name: "seller", Type: types.Of(types.BigInt)}, {Name: "price", Type: types.Of(types.Double)}} {
		_, err := s.Open(context.Background(), engine.ReadOptions{Columns: []types.Field{f}})
		if err == nil || !strings.Contains(err.Error(), f.Name) {
			t.Errorf("column %s %s: %v", f.Name, f.Type, err)
		}
	}
}

func TestSchema(t *testing.T) {
	want := map[string]string{
		"person":  "id BIGINT, name VARCHAR, email_address VARCHAR, credit_card VARCHAR, city VARCHAR, state VARCHAR, date_time TIMESTAMP, extra VARCHAR",
		"auction": "id BIGINT, item_name VARCHAR, description VARCHAR, initial_bid BIGINT, reserve BIGINT, date_time TIMESTAMP, expires TIMESTAMP, seller BIGINT, category BIGINT, extra VARCHAR",
		"bid":     "auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, date_time TIMESTAMP, extra VARCHAR",
	}
	for table, text := range want {
		fields, at, wm, err := Connector.Schema(engine.Options{"table": table})
		if err != nil || at != "date_time" || wm != "date_time - INTERVAL '4 seconds'" {
			t.Fatalf("%s: event time %q, watermark %q, %v", table, at, wm, err)
		}
		var parts []string
		for _, f := range fields {
			parts = append(parts, f.Name+" "+f.Type.String())
		}
		if got := strings.Join(parts, ", "); got != text {
			t.Errorf("%s: %s", table, got)
		}
	}
	if _, _, _, err := Schema(engine.Options{"table": "bids"}); err == nil || !strings.Contains(err.Error(), "'person', 'auction', 'bid'") {
		t.Errorf("table bids: %v", err)
	}
}

func TestOptionsOutOfRange(t *testing.T) {
	for name, value := range map[string]string{"events": "-1", "rate": "-2", "event_rate": "0", "partitions": "0",
		"start": "yesterday", "out_of_order": "1 ms"} {
		o, err := engine.Validate(map[string]string{"table": "bid", name: value}, Connector.SourceOptions)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Connector.Source(engine.SourceConfig{Name: "b", Options: o})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s = '%s': %v", name, value, err)
		}
	}
}

func TestRatePacesAndTellsWhatWaits(t *testing.T) {
	clock := generatedtest.NewClock()
	s := configure(t, map[string]string{"table": "bid", "rate": "1000"}, generated.NewTimelines(clock))
	r := open(t, s, engine.ReadOptions{Columns: []types.Field{}})
	clock.Time = clock.Time.Add(10 * time.Second) // 10001 events are due, 9200 of them bids
	f := generatedtest.Poll(t, r)[0]
	if len(f.Offsets) != batchRows || f.Waiting != 9200-batchRows {
		t.Fatalf("%d rows, %d waiting", len(f.Offsets), f.Waiting)
	}
	generatedtest.Poll(t, r)
	if f = generatedtest.Poll(t, r)[0]; f.Offsets[len(f.Offsets)-1] != 9999 || f.Waiting != 0 {
		t.Fatalf("the last due is %d, %d waiting", f.Offsets[len(f.Offsets)-1], f.Waiting)
	}
	before := clock.Time
	if f = generatedtest.Poll(t, r)[0]; f.Offsets[0] != 10_004 || clock.Time.Sub(before) != generated.Nap {
		t.Fatalf("next is %d after %v", f.Offsets[0], clock.Time.Sub(before))
	}
}

func TestLaterReadersJoinTheStream(t *testing.T) {
	clock := generatedtest.NewClock()
	shared := generated.NewTimelines(clock)
	given := map[string]string{"table": "bid", "rate": "100", "start": "now"}
	started := clock.Time
	open(t, configure(t, given, shared), engine.ReadOptions{})
	clock.Time = clock.Time.Add(time.Minute)
	given["table"] = "person"
	f := generatedtest.Poll(t, open(t, configure(t, given, shared), engine.ReadOptions{}))[0]
	if len(f.Offsets) != 121 { // events 0, 50, …, 6000
		t.Fatalf("%d people are due", len(f.Offsets))
	}
	if first := readFetch(t, f)[0].values[6].(int64); first != started.UnixMicro() {
		t.Errorf("the first event's time is %d, want %d", first, started.UnixMicro())
	}
}

func TestLiveStreamResumesAtThePresent(t *testing.T) {
	clock := generatedtest.NewClock()
	s := configure(t, map[string]string{"table": "bid", "rate": "100", "start": "now"}, generated.NewTimelines(clock))
	f := generatedtest.Poll(t, open(t, s, engine.ReadOptions{From: map[string]int64{"0": 5004}}))[0]
	r := readFetch(t, f)[0]
	if r.offset != 5004 || r.values[5].(int64) != clock.Time.UnixMicro() {
		t.Fatalf("event %d has time %v, want now, %d", r.offset, r.values[5], clock.Time.UnixMicro())
	}
}

func TestBoundedReadOfAnEndlessStream(t *testing.T) {
	clock := generatedtest.NewClock()
	shared := generated.NewTimelines(clock)
	s := configure(t, map[string]string{"table": "bid", "rate": "100"}, shared)
	open(t, s, engine.ReadOptions{})
	clock.Time = clock.Time.Add(10 * time.Second)
	if got := len(drain(t, open(t, s, engine.ReadOptions{Bounded: true}))); got != 920 {
		t.Errorf("%d bids were due, want 920", got)
	}
	if passed := drain(t, open(t, s, engine.ReadOptions{Bounded: true, From: map[string]int64{"0": 5000}})); len(passed) != 0 {
		t.Errorf("%d bids behind the end", len(passed))
	}
	flat := configure(t, map[string]string{"table": "bid"}, shared)
	_, err := flat.Open(context.Background(), engine.ReadOptions{Bounded: true})
	if err == nil || !strings.Contains(err.Error(), "events") {
		t.Errorf("without rate and end: %v", err)
	}
}

func TestEndIsToldOnceForEachPartition(t *testing.T) {
	s := configure(t, map[string]string{"table": "person", "events": "60", "partitions": "4"}, idle())
	ends := 0
	for _, f := range generatedtest.Poll(t, open(t, s, engine.ReadOptions{})) {
		ends += int(count(f.End))
		f.Rows.Release()
	}
	if ends != 4 {
		t.Errorf("%d ends, want 4: partitions without events end too", ends)
	}
}

func BenchmarkBid(b *testing.B) { benchmark(b, "bid", nil) }

func BenchmarkBidNumbers(b *testing.B) {
	fields := tables[2].fields()
	benchmark(b, "bid", []types.Field{fields[0], fields[1], fields[2], fields[5]})
}

func BenchmarkAuction(b *testing.B) { benchmark(b, "auction", nil) }

func BenchmarkPerson(b *testing.B) { benchmark(b, "person", nil) }

func benchmark(b *testing.B, table string, columns []types.Field) {
	s := configure(b, map[string]string{"table": table}, idle())
	r := open(b, s, engine.ReadOptions{Columns: columns})
	rows, bytes := 0, 0
	for b.Loop() {
		fetches, err := r.Poll(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		rows += len(fetches[0].Offsets)
		for _, c := range fetches[0].Rows.Columns() {
			bytes += int(c.Data().SizeInBytes())
		}
		fetches[0].Rows.Release()
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(bytes)/math.Max(float64(rows), 1), "B/row")
}
