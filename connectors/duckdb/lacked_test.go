package duckdb

import (
	"bytes"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
)

// TestLackedLetters: those that some view lacks, as they were written, by the user's condition, and not those of this replay.
func TestLackedLetters(t *testing.T) {
	s := testStore(t)
	at := time.Unix(100, 0)
	meta := &engine.Meta{Key: []byte("k"), Timestamp: 7}
	var all []engine.DeadLetter
	for i := range int64(5) {
		d := engine.DeadLetter{Source: fmt.Sprint("s", i%2), Partition: "0", Offset: i, Value: []byte{byte(i), 0xff}, Reason: "odd", At: at, Views: []string{"a", "b c"}}
		if i == 3 {
			d.Views = nil
		}
		if i == 4 {
			d.Meta = meta
		}
		all = append(all, d)
	}
	replayed := engine.Replayed{Letter: all[2], Problem: "odd", At: time.Unix(200, 0)}
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 1, DeadLetters: all}))
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 2, Replayed: []engine.Replayed{replayed}}))
	for _, c := range []struct {
		lacked Lacked
		want   string
	}{
		{Lacked{}, "[0 2 4 1]"},
		{Lacked{Source: "s0"}, "[0 2 4]"},
		{Lacked{Source: "s0", Before: time.Unix(200, 0)}, "[0 4]"},
		{Lacked{Before: time.Unix(201, 0)}, "[0 2 4 1]"},
		{Lacked{Rows: 2}, "[0 2]"},
		{Lacked{Where: `"offset" > 1 -- not the first`}, "[2 4]"},
		{Lacked{Where: `true) OR (true`, Source: "s1"}, "[1]"},
		{Lacked{Where: `error IS NOT NULL OR dead_letters.reason LIKE 'even%'`}, "[2]"},
		{Lacked{Source: "none"}, "[]"},
	} {
		got, err := s.Letters(ctx, c.lacked)
		offsets := []int64{}
		for _, d := range got {
			offsets = append(offsets, d.Offset)
			want := all[d.Offset]
			want.At = time.Time{}
			if !reflect.DeepEqual(d, want) {
				t.Errorf("%+v, want %+v", d, want)
			}
		}
		if err != nil || fmt.Sprint(offsets) != c.want {
			t.Errorf("%+v: %v, %v, want %s", c.lacked, offsets, err, c.want)
		}
	}
	replayed.Problem, replayed.At = "view a is paused; "+engine.GivenTogether+"odd", time.Unix(300, 0)
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 3, Replayed: []engine.Replayed{replayed}}))
	if got, err := s.Letters(ctx, Lacked{Source: "s0", Before: time.Unix(250, 0)}); err != nil || len(got) != 3 {
		t.Errorf("%v, %d letters with one that is to be given alone", err, len(got))
	}
	for _, where := range []string{"nosuch = 1", "(", "value = (SELECT content FROM read_blob('/etc/passwd'))", "true; DROP TABLE weir.dead_letters"} {
		if got, err := s.Letters(ctx, Lacked{Where: where}); err == nil {
			t.Errorf("%s: %d letters, want an error", where, len(got))
		}
	}
}

// TestLackedLettersAreBounded: large letters come a few at a time, but one at least.
func TestLackedLettersAreBounded(t *testing.T) {
	s := testStore(t)
	var all []engine.DeadLetter
	for i, size := range []int{lackedBytes + 1, 1, lackedBytes - 1, 1} {
		all = append(all, engine.DeadLetter{Source: "s", Partition: "0", Offset: int64(i), Value: bytes.Repeat([]byte{'x'}, size), Views: []string{"a"}})
	}
	check(t, s.Commit(ctx, &engine.Commit{Epoch: 1, DeadLetters: all}))
	for epoch, want := range []int{1, 2, 1, 0} {
		got, err := s.Letters(ctx, Lacked{})
		check(t, err)
		if len(got) != want {
			t.Fatalf("%d letters, want %d", len(got), want)
		}
		c := &engine.Commit{Epoch: int64(epoch) + 2}
		for _, d := range got {
			c.Replayed = append(c.Replayed, engine.Replayed{Letter: d, Given: d.Views})
		}
		check(t, s.Commit(ctx, c))
	}
}
