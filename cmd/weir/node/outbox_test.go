package node

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/why"
)

// downSink takes nothing while it is down, and sums column n of what it takes otherwise.
type downSink struct {
	mu   sync.Mutex
	down bool
	sum  int64
}

// Deliver implements engine.Sink.
func (s *downSink) Deliver(_ context.Context, d engine.Delivery) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return errors.New("broker is gone")
	}
	for _, b := range d.Changes {
		s.sum += weighed(b)
	}
	return nil
}

// Close implements engine.Sink.
func (s *downSink) Close() error { return nil }

func (s *downSink) set(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
}

func (s *downSink) taken() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sum
}

const outboxed = pausedViews + "; CREATE MATERIALIZED VIEW on_v AS SELECT sum(n) AS n FROM v;" +
	"CREATE SINK out WITH (connector = 'down', max_outbox = '20 kB') AS FROM v"

// TestFullOutbox: while a sink is down its view stands still, visibly, and the others go on, one that reads it too; so it does after a restart.
// Once the sink is back the view goes on by itself, and the sink has had every change once.
func TestFullOutbox(t *testing.T) {
	path, l, sink := filepath.Join(t.TempDir(), "weir.duckdb"), &replayed{}, &downSink{down: true}
	down := engine.Connector{Name: "down", Sink: func(engine.SinkConfig) (engine.Sink, error) { return sink, nil }}
	start := func() (n *Node, stop func()) {
		n, err := Open(t.Context(), Options{
			DB: path, Workers: 2, Threads: 1, Connectors: []engine.Connector{l.connector(), down}, Writable: true, CommitInterval: time.Millisecond,
		})
		if err != nil {
			t.Fatal(err)
		}
		apply(t, n, outboxed, "")
		ended := run(t, n)
		return n, func() { ended(); shut(t, n) }
	}
	n, stop := start()
	lines := 0
	more := func(count int) {
		l.add(numbered(lines, count)...)
		lines += count
	}
	stands := func() *why.Why { return asked(t, n, func(w *why.Why) bool { return w.State == "backpressured" }) }
	for n.Status().Queries == nil || n.Status().Queries[0].State != "backpressured" {
		more(3)
		await(t, n, "SELECT coalesce(max(n), 0) FROM other", number(int64(lines)))
	}
	for _, part := range []string{"more waits for sink out than its max_outbox of 20 kB", "retrying (sink out: deliver epoch", "broker is gone", "the other views go on"} {
		if w := stands(); !strings.Contains(w.Summary, part) {
			t.Errorf("why lacks %q: %s", part, w.Summary)
		}
	}
	full := n.Status().Sinks[0]
	if full.PendingBytes < 20_000 || full.PendingBytes > 25_000 || full.MaxOutbox != 20_000 {
		t.Errorf("sink %+v", full)
	}
	for show, want := range map[string]string{
		"SHOW VIEWS": "backpressured", "SHOW SINKS": number(full.PendingBytes), "SHOW QUERIES": "stands still until sink out has taken half of what waits for it: sink out: deliver",
	} {
		if rows := strings.Join(showRows(t, n, show), "\n"); !strings.Contains(rows, want) {
			t.Errorf("%s lacks %q: %s", show, want, rows)
		}
	}
	more(30)
	await(t, n, "SELECT n FROM other", number(int64(lines)))
	await(t, n, "SELECT n FROM on_v", number(int64(lines)))
	stop()

	n, stop = start()
	defer func() { stop() }()
	stands()
	more(30)
	await(t, n, "SELECT n FROM on_v", number(int64(lines)))
	if s := n.Status().Sinks[0]; s.PendingBytes != full.PendingBytes {
		t.Errorf("%d bytes wait, and %d before the restart", s.PendingBytes, full.PendingBytes)
	}
	alter(t, n, "ALTER MATERIALIZED VIEW other PAUSE") // another engine takes over, in which the view stands still too
	stands()
	sink.set(false)
	holds(t, n, lines)
	for deadline := time.Now().Add(20 * time.Second); sink.taken() != int64(lines); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the counts that the sink had sum up to %d, want %d", sink.taken(), lines)
		}
	}
	asked(t, n, func(w *why.Why) bool { return w.State == "running" })
}

// TestMaxOutboxIsChecked: mistakes in the option are told, with the way out.
func TestMaxOutboxIsChecked(t *testing.T) {
	n := openLog(t, "", &replayed{})
	defer shut(t, n)
	n.options.Connectors[0].Sink = func(engine.SinkConfig) (engine.Sink, error) { return &downSink{}, nil }
	apply(t, n, pausedViews, "")
	for statement, want := range map[string]string{
		"CREATE SINK out WITH (connector = 'events', max_outbox = 'much') AS FROM v": "option max_outbox = 'much': want a number of bytes such as '1 GB' or '64 MiB', or 'none'",
		"CREATE SINK out WITH (connector = 'events', max_outbox = '0') AS FROM v":    "option max_outbox = '0': want",
	} {
		if _, err := n.Apply(t.Context(), statement); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", statement, err)
		}
	}
}

// letterSink takes nothing while it is down, and notes the offsets of the letters that it takes otherwise.
type letterSink struct {
	downSink
	offsets []int64
}

// Deliver implements engine.Sink.
func (s *letterSink) Deliver(_ context.Context, d engine.Delivery) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return errors.New("broker is gone")
	}
	for _, b := range d.Changes {
		s.offsets = append(s.offsets, b.Rows.Column(2).(*array.Int64).Int64Values()...)
	}
	return nil
}

func (s *letterSink) all() []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.offsets)
}

// TestFullOutboxOfDeadLetters: while the sink is down its outbox stays bounded and nothing stands still; once it is back it has each letter once,
// in order.
func TestFullOutboxOfDeadLetters(t *testing.T) {
	l, sink := &replayed{}, &letterSink{downSink: downSink{down: true}}
	n, err := Open(t.Context(), Options{
		DB: filepath.Join(t.TempDir(), "weir.duckdb"), Workers: 1, Threads: 1, CommitInterval: time.Millisecond,
		Connectors: []engine.Connector{l.connector(), {Name: "down", Sink: func(engine.SinkConfig) (engine.Sink, error) { return sink, nil }}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, n)
	apply(t, n, source+"CREATE MATERIALIZED VIEW v AS SELECT count(*) AS n FROM s; CREATE SINK out WITH (connector = 'down', max_outbox = '5 kB') AS FROM weir.dead_letters", "")
	defer run(t, n)()
	const letters = 40
	for i := range letters {
		l.add("no JSON", `{"a": 1, "b": 1}`)
		await(t, n, "SELECT count(*) FROM weir.dead_letters", number(int64(i+1)))
	}
	if s := n.Status().Sinks[0]; s.PendingBytes < 5000 || s.PendingBytes > 8000 || s.Pending < letters/3 || s.MaxOutbox != 5000 {
		t.Errorf("sink %+v", s)
	}
	await(t, n, "SELECT n FROM v", number(letters))
	sink.set(false)
	for deadline := time.Now().Add(20 * time.Second); len(sink.all()) < letters && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
	}
	l.add("no JSON either")
	for deadline := time.Now().Add(20 * time.Second); len(sink.all()) < letters+1 && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
	}
	var want []int64
	for i := range int64(letters + 1) {
		want = append(want, 2*i)
	}
	if got := sink.all(); !slices.Equal(got, want) {
		t.Errorf("the sink had the letters at %v", got)
	}
}
