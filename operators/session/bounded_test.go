package session

import (
	"strings"
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/streamtest"
)

// TestKeysAreForgotten sends ever new keys: state is that of the open sessions.
func TestKeysAreForgotten(t *testing.T) {
	o, err := New(Config{Input: timeOnly, Gap: 10, Key: []int{0}})
	streamtest.Must(t, err)
	out := &streamtest.Table{}
	for at := range int64(20000) {
		streamtest.Must(t, o.Process(0, engine.Batch{Rows: times(at)}, out))
		streamtest.Must(t, o.Advance(engine.Time(at), out))
	}
	if len(o.keys) > 2*fewKeys || len(o.sessions.all) > 100 || len(o.due) > 100 || o.rows.Len() > 100 {
		t.Fatalf("kept %d keys, %d sessions, %d deadlines, %d rows", len(o.keys), len(o.sessions.all), len(o.due), o.rows.Len())
	}
	if len(out.Rows) < 19900 {
		t.Fatalf("only %d rows out", len(out.Rows))
	}
}

func TestRefusals(t *testing.T) {
	number := []types.Field{{Name: "n", Type: types.Of(types.BigInt)}}
	for want, c := range map[string]Config{
		"there is no column 1":  {Input: timeOnly, Time: 1},
		"there is no column -1": {Input: timeOnly, Key: []int{-1}},
		"n is BIGINT":           {Input: number},
		"the gap is -1":         {Input: timeOnly, Gap: -1},
	} {
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	o, err := New(Config{Input: timeOnly})
	streamtest.Must(t, err)
	if err := o.Process(0, engine.Batch{Rows: times(1), Weights: []int8{1}}, nil); err == nil {
		t.Error("takes weights")
	}
}
