package runtime

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
)

// TestFailuresAreLogged: the log says once what has stopped, with the query, the source and the partition for programs to read.
func TestFailuresAreLogged(t *testing.T) {
	var log bytes.Buffer
	q := countQuery("a")
	q.Inputs[0].New = func(int) ([]engine.Operator, error) {
		return []engine.Operator{&counter{counts: map[int64]int64{}, emit: map[int64]int64{}}}, nil
	}
	source := &fakeSource{partitions: map[string][]event{"7": {{-1, 1000}}}, step: 10, live: true}
	c := config(newFakeStore(), source, 1, q)
	c.Bounded, c.Log = false, slog.New(slog.NewJSONHandler(&log, nil))
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error)
	go func() { done <- e.Run(ctx) }()
	for e.Status().Queries == nil || e.Status().Queries[0].State != "failed" {
		time.Sleep(time.Millisecond)
		select {
		case err := <-done:
			t.Fatal(err)
		default:
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"level":"ERROR"`, `"query":"a"`, `"source":"s"`, `"partition":"7"`, `"error":"query a: key is negative"`} {
		if !strings.Contains(log.String(), part) {
			t.Errorf("%s is not in the log: %s", part, log.String())
		}
	}
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Errorf("the log has %d lines, want one: %s", n, log.String())
	}
}
