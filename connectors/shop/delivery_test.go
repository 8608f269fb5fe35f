package shop

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/weirdb/weir/connectors/generated/generatedtest"
)

// deliveredShares counts what was delivered in one partition.
type deliveredShares struct {
	records, first, again, late, cut, badTime, badText float64
}

const delay = 5 * time.Second // of the declared watermark

// sortOut tells duplicates by their ids and late records by the watermark, as a reader would.
func sortOut(t *testing.T, all []delivered) (s deliveredShares) {
	ids, highest := map[string]bool{}, time.Time{}
	for _, d := range all {
		s.records++
		var e event
		err := e.skim(d.value)
		switch {
		case !utf8.ValidString(d.value):
			s.badText++
		case !json.Valid([]byte(d.value)):
			s.cut++
		case err != nil:
			s.badTime++
		case ids[e.EventID]:
			s.again++
			if e.Timestamp.Before(highest.Add(-delay)) {
				t.Fatalf("the duplicate at %d is late: %v behind %v", d.offset, e.Timestamp, highest)
			}
		case e.Timestamp.Before(highest.Add(-delay)):
			s.late++
		default:
			s.first++
		}
		ids[e.EventID] = true
		if e.Timestamp.After(highest) {
			highest = e.Timestamp
		}
	}
	return s
}

func TestSharesAreThoseAsked(t *testing.T) {
	for rate, many := range map[string]string{"0.2": "75000", "5": "75000", "50": "150000"} {
		given := map[string]string{"events": many, "rate": rate, "partitions": "1", "duplicates": "0.02", "late": "0.03", "broken": "0.015"}
		s := sortOut(t, read(t, given))
		events := s.records - s.again
		generatedtest.Within(t, "duplicates at rate "+rate, s.again/events, 0.02, 0.002)
		generatedtest.Within(t, "late records at rate "+rate, s.late/events, 0.03, 0.003)
		generatedtest.Within(t, "cut records at rate "+rate, s.cut/events, 0.005, 0.001)
		generatedtest.Within(t, "wrong times at rate "+rate, s.badTime/events, 0.005, 0.001)
		generatedtest.Within(t, "wrong texts at rate "+rate, s.badText/events, 0.005, 0.001)
	}
}

func TestEveryPartitionHasLateRecords(t *testing.T) {
	byPartition := map[string][]delivered{}
	for _, d := range read(t, map[string]string{"rate": "0.2", "partitions": "16", "late": "0.1", "events": "50000"}) {
		byPartition[d.partition] = append(byPartition[d.partition], d)
	}
	for name, all := range byPartition {
		if s := sortOut(t, all); s.late/s.records < 0.08 {
			t.Errorf("partition %s: %v of %v records are late", name, s.late, s.records)
		}
	}
	if len(byPartition) != 16 {
		t.Errorf("%d partitions", len(byPartition))
	}
}

func TestSoundRecordsAreOrderedWithinTheWatermark(t *testing.T) {
	if s := sortOut(t, read(t, sound(map[string]string{"events": "100000"}))); s.first != s.records {
		t.Errorf("%+v", s)
	}
}

// TestNothingIsLost reads with and without disturbance: each event comes at least once, but for the broken ones.
func TestNothingIsLost(t *testing.T) {
	ids := map[string]bool{}
	for _, e := range skim(t, read(t, sound(nil))) {
		ids[e.EventID] = true
	}
	for _, e := range skim(t, read(t, map[string]string{"broken": "0", "late": "0.2", "duplicates": "0.2", "partitions": "3"})) {
		delete(ids, e.EventID)
	}
	if len(ids) > 0 {
		t.Errorf("%d events did not come", len(ids))
	}
}

func TestDamagedTimeLeavesTheRest(t *testing.T) {
	before := []byte(`{"x":1}`)
	record := []byte(`{"eventType":"a","timestamp":"2026-01-01T10:00:00.123Z","payload":{}}`)
	got := replaceTime(append(bytes.Clone(before), record...), len(before))
	if want := `{"x":1}{"eventType":"a","timestamp":"yesterday","payload":{}}`; string(got) != want {
		t.Errorf("got %s", got)
	}
}
