package shop

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/connectors/generated"
	"github.com/weirdb/weir/connectors/generated/generatedtest"
	"github.com/weirdb/weir/engine"
)

func TestResumeFromAnyPosition(t *testing.T) {
	given := map[string]string{"speed": "0", "start": firstDay, "events": "900", "late": "0.2", "duplicates": "0.2", "broken": "0.1"}
	s := configure(t, given, idle())
	all := drain(t, open(t, s, engine.ReadOptions{}))
	for from := int64(0); from < 3700; from += 7 {
		want := slices.DeleteFunc(slices.Clone(all), func(d delivered) bool { return d.partition == "1" && d.offset < from })
		got := drain(t, open(t, s, engine.ReadOptions{From: map[string]int64{"0": 0, "1": from}}))
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("resumed at %d: %d records, want %d", from, len(got), len(want))
		}
	}
}

// TestPartitionsKeepOrdersTogether checks too that partitions change nothing but the dealing.
func TestPartitionsKeepOrdersTogether(t *testing.T) {
	want := read(t, map[string]string{"partitions": "1", "broken": "0"})
	got := read(t, map[string]string{"partitions": "5", "broken": "0"})
	partitionOf := map[string]string{}
	for i, e := range skim(t, got) {
		id := e.Payload.OrderID
		if p, ok := partitionOf[id]; ok && p != got[i].partition {
			t.Fatalf("order %s is in partitions %s and %s", id, p, got[i].partition)
		}
		partitionOf[id] = got[i].partition
	}
	slices.SortFunc(got, func(a, b delivered) int { return int(a.offset - b.offset) })
	for i := range want {
		if got[i].offset != want[i].offset || got[i].value != want[i].value {
			t.Fatalf("record %d is %v, want %v", i, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d records, want %d", len(got), len(want))
	}
}

func TestCountsMatchPositions(t *testing.T) {
	for of := int64(1); of <= lanes; of++ {
		total := int64(0)
		for index := range of {
			p := partition{index: index, of: of}
			counted := int64(0)
			for n := range int64(200) {
				if got := p.before(n); got != counted {
					t.Fatalf("%d of %d: %d numbers below %d, want %d", index, of, got, n, counted)
				}
				if p.owns(n) {
					counted++
				}
			}
			total += counted
		}
		if total != 200 {
			t.Fatalf("%d partitions have %d of 200 numbers", of, total)
		}
	}
}

func TestOptionsOutOfRange(t *testing.T) {
	for name, value := range map[string]string{"rate": "0", "speed": "-1", "events": "-1", "partitions": "17", "start": "yesterday",
		"duplicates": "1.1", "late": "-0.1", "broken": "NaN"} {
		o, err := engine.Validate(map[string]string{name: value}, Connector.SourceOptions)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Connector.Source(engine.SourceConfig{Name: "s", Options: o})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s = '%s': %v", name, value, err)
		}
	}
}

// TestSpeedPacesEventTime lets a day pass in a minute and looks at how far event time has come.
func TestSpeedPacesEventTime(t *testing.T) {
	clock := generatedtest.NewClock()
	s := configure(t, sound(map[string]string{"speed": "1440", "start": firstDay}), generated.NewTimelines(clock))
	r := open(t, s, engine.ReadOptions{})
	clock.Time = clock.Time.Add(time.Minute)
	var all []delivered
	for waiting := int64(1); waiting > 0; {
		f := generatedtest.Poll(t, r)[0]
		all, waiting = append(all, unpack(f)...), f.Waiting
	}
	events := skim(t, all)
	last := events[len(events)-1].Timestamp
	if behind := at(firstDay).AddDate(0, 0, 1).Sub(last); behind < 0 || behind > time.Minute {
		t.Errorf("after a day the last event is %v behind", behind)
	}
	generatedtest.Within(t, "events in a minute on a Monday", float64(len(events)), 200*60*daily[0], 600)
	before := clock.Time
	if f := generatedtest.Poll(t, r)[0]; len(f.Records) == 0 || clock.Time == before || f.Waiting != 0 {
		t.Errorf("%d records, %d waiting, after %v", len(f.Records), f.Waiting, clock.Time.Sub(before))
	}
}

func TestLaterReadersJoinTheStream(t *testing.T) {
	clock := generatedtest.NewClock()
	shared := generated.NewTimelines(clock)
	s := configure(t, sound(nil), shared)
	started := clock.Time
	open(t, s, engine.ReadOptions{})
	clock.Time = clock.Time.Add(20 * time.Second)
	r := open(t, s, engine.ReadOptions{})
	f := generatedtest.Poll(t, r)[0]
	if len(f.Records) != batchRecords {
		t.Fatalf("%d records are due", len(f.Records))
	}
	if first := parse(t, unpack(f))[0].Timestamp; first.Before(started.Add(-time.Second)) || first.After(started.Add(time.Second)) {
		t.Errorf("the first event happened at %v, the shop opened at %v", first, started)
	}
}

func TestLiveShopResumesAtThePresent(t *testing.T) {
	clock := generatedtest.NewClock()
	s := configure(t, sound(nil), generated.NewTimelines(clock))
	for _, number := range []int64{480_001, 9_600_002} {
		clock.Time = clock.Time.Add(time.Hour)
		f := generatedtest.Poll(t, open(t, s, engine.ReadOptions{From: map[string]int64{"0": number * deliveries}}))[0]
		d := unpack(f)[0]
		e := parse(t, []delivered{d})[0]
		if d.offset < number*deliveries || e.Timestamp.Before(clock.Time.Add(-2*time.Second)) || e.Timestamp.After(clock.Time) {
			t.Errorf("position %d happened at %v, now is %v", d.offset, e.Timestamp, clock.Time)
		}
	}
}

func TestBoundedReadOfAnEndlessShop(t *testing.T) {
	clock := generatedtest.NewClock()
	shared := generated.NewTimelines(clock)
	s := configure(t, sound(map[string]string{"start": firstDay}), shared)
	open(t, s, engine.ReadOptions{})
	clock.Time = clock.Time.Add(30 * time.Second)
	events := parse(t, drain(t, open(t, s, engine.ReadOptions{Bounded: true})))
	last := events[len(events)-1].Timestamp
	if end := at(firstDay).Add(30 * time.Second); last.After(end) || last.Before(end.Add(-2*time.Second)) {
		t.Errorf("the last event happened at %v, want just before %v", last, end)
	}
	flat := configure(t, map[string]string{"speed": "0"}, shared)
	_, err := flat.Open(context.Background(), engine.ReadOptions{Bounded: true})
	if err == nil || !strings.Contains(err.Error(), "events") {
		t.Errorf("without speed and end: %v", err)
	}
}

func TestEndIsToldOnceForEachPartition(t *testing.T) {
	r := open(t, configure(t, map[string]string{"speed": "0", "events": "10", "partitions": "16"}, idle()), engine.ReadOptions{})
	ends := 0
	for _, f := range generatedtest.Poll(t, r) {
		if f.End {
			ends++
		}
	}
	if ends != 16 {
		t.Errorf("%d ends, want 16: partitions without events end too", ends)
	}
}

func BenchmarkRecords(b *testing.B) {
	for _, partitions := range []string{"1", "8"} {
		b.Run(fmt.Sprintf("partitions=%s", partitions), func(b *testing.B) { benchmark(b, partitions) })
	}
}

func benchmark(b *testing.B, partitions string) {
	s := configure(b, map[string]string{"speed": "0", "start": firstDay, "partitions": partitions}, idle())
	r := open(b, s, engine.ReadOptions{})
	records, bytes := 0, 0
	for b.Loop() {
		fetches, err := r.Poll(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		for _, f := range fetches {
			records += len(f.Records)
			for _, rec := range f.Records {
				bytes += len(rec.Value)
			}
		}
	}
	b.ReportMetric(float64(records)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64(bytes)/float64(records), "B/record")
}
