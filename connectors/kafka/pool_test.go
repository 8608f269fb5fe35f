package kafka

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

func TestPoolIsBounded(t *testing.T) {
	p := &recordPool{}
	for range 100 {
		p.PutRecords(make([]kgo.Record, 1000))
		if p.room > maxRoom || p.room != 1000*len(p.free) {
			t.Fatalf("room %d with %d slices, want at most %d", p.room, len(p.free), maxRoom)
		}
	}
	p.PutRecords(make([]kgo.Record, maxRoom+1))
	if p.room > maxRoom {
		t.Errorf("kept a slice of %d records", p.room)
	}
}

func TestPoolLendsWhatIsLongEnough(t *testing.T) {
	p := &recordPool{}
	p.PutRecords(make([]kgo.Record, 10))
	p.PutRecords(make([]kgo.Record, 20))
	if got := p.GetRecords(15); cap(got) != 20 {
		t.Errorf("lent %d, want 20", cap(got))
	}
	if got := p.GetRecords(15); got != nil {
		t.Errorf("lent %d for 15", cap(got))
	}
	if got := p.GetRecords(10); cap(got) != 10 || p.room != 0 {
		t.Errorf("lent %d, room %d; want 10 and 0", cap(got), p.room)
	}
}
