package duckdb

import (
	"context"
	"errors"
	"testing"
)

// TestQueriesTakeTurns: only so many compute at once, one that waits can be given up, and one that is being read, however
// slowly, keeps no other from computing.
func TestQueriesTakeTurns(t *testing.T) {
	s := testStore(t)
	for range maxComputing {
		slow, err := s.Query(ctx, "FROM range(1000000)", Limits{})
		check(t, err)
		defer slow.Release()
		if !slow.Next() {
			t.Fatal(slow.Err())
		}
	}
	if got := texts(t, s, "SELECT 42"); len(got) != 1 || got[0] != "42" {
		t.Errorf("beside slow readers: %v", got)
	}
	heavy, stop := context.WithCancel(ctx)
	done := make(chan error)
	for range maxComputing {
		go func() {
			rows, err := s.Query(heavy, "SELECT count(*) FROM range(100000) a, range(1000000) b WHERE (a.range * b.range) % 7 = 3", Limits{})
			if err == nil {
				rows.Next()
				err = rows.Err()
				rows.Release()
			}
			done <- err
		}()
	}
	for len(s.computing) < maxComputing {
	}
	waiting, giveUp := context.WithCancel(ctx)
	one := make(chan error)
	go func() {
		rows, err := s.Query(waiting, "SELECT 42", Limits{})
		if err == nil {
			rows.Release()
		}
		one <- err
	}()
	giveUp()
	if err := <-one; !errors.Is(err, context.Canceled) {
		t.Errorf("one that waits: %v", err)
	}
	stop()
	for range maxComputing {
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("a heavy one: %v", err)
		}
	}
}
