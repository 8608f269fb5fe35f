package node

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/why"
)

// replayed is a log of lines that grows, and can be read again from any position.
type replayed struct {
	mu     sync.Mutex
	lines  []string
	opened int
	atOnce int // lines that a poll gives; 3 if zero, so that a pause falls between them
}

func (l *replayed) add(lines ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, lines...)
}

func (l *replayed) connector() engine.Connector {
	return engine.Connector{Name: "events", Formats: []string{"json"}, Source: func(engine.SourceConfig) (engine.Source, error) { return l, nil }}
}

// Open implements engine.Source.
func (l *replayed) Open(_ context.Context, o engine.ReadOptions) (engine.Reader, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.opened++
	return &replayedReader{l, o.From["0"], o.Bounded}, nil
}

// Measure implements engine.Measurer.
func (l *replayed) Measure(context.Context, map[string]int64) (map[string]engine.Extent, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := int64(len(l.lines))
	return map[string]engine.Extent{"0": {End: n, Size: n, Unit: "records"}}, nil
}

func (l *replayed) opens() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.opened
}

type replayedReader struct {
	log     *replayed
	next    int64
	bounded bool
}

func (r *replayedReader) Partitions() []string             { return []string{"0"} }
func (r *replayedReader) Committed(map[string]int64) error { return nil }
func (r *replayedReader) Close() error                     { return nil }

// Poll gives a few lines at a time.
func (r *replayedReader) Poll(ctx context.Context) ([]engine.Fetch, error) {
	for {
		if f := r.fetch(); len(f.Records) > 0 {
			return []engine.Fetch{f}, nil
		}
		if r.bounded {
			return nil, io.EOF
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (r *replayedReader) fetch() engine.Fetch {
	r.log.mu.Lock()
	defer r.log.mu.Unlock()
	f := engine.Fetch{Partition: "0"}
	for len(f.Records) < max(3, r.log.atOnce) && r.next < int64(len(r.log.lines)) {
		f.Records = append(f.Records, engine.Record{Offset: r.next, Value: []byte(r.log.lines[r.next])})
		r.next++
	}
	f.Next, f.Waiting = r.next, int64(len(r.log.lines))-r.next
	return f
}

func openLog(t *testing.T, path string, l *replayed) *Node {
	t.Helper()
	n, err := Open(t.Context(), Options{
		DB: path, Workers: 2, Threads: 1, Connectors: []engine.Connector{l.connector()}, Writable: true, CommitInterval: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// alter runs an ALTER as it comes over HTTP.
func alter(t *testing.T, n *Node, sql string) {
	t.Helper()
	result, err := n.Query(t.Context(), sql, server.Limits{MaxRows: 10})
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	result.Close()
}

// pausedViews has a view with state, which is paused, and one that goes on.
const pausedViews = source + "CREATE MATERIALIZED VIEW v AS SELECT a, count(*) AS n, sum(b) AS b FROM s GROUP BY a;" +
	"CREATE MATERIALIZED VIEW other AS SELECT count(*) AS n FROM s"

// numbered are n lines from a number on, of ten keys.
func numbered(from, n int) (lines []string) {
	for i := range n {
		lines = append(lines, fmt.Sprintf(`{"a": %d, "b": %d}`, (from+i)%10, from+i))
	}
	return lines
}

// holds is what v has to be after so many lines: keys, rows, sum.
func holds(t *testing.T, n *Node, lines int) {
	t.Helper()
	await(t, n, "SELECT [count(*), coalesce(sum(n), 0), coalesce(sum(b), 0)]::VARCHAR FROM v",
		fmt.Sprintf("[%d, %d, %d]", min(10, lines), lines, lines*(lines-1)/2))
}

// TestPause: a paused view reads nothing while others go on; resumed, it goes on where it stood, nothing lost or doubled; a live reader sees
// all of it; and a restart changes nothing of that.
func TestPause(t *testing.T) {
	path, l := filepath.Join(t.TempDir(), "weir.duckdb"), &replayed{lines: numbered(0, 50)}
	n := openLog(t, path, l)
	apply(t, n, pausedViews, "")
	stop := run(t, n)
	holds(t, n, 50)
	s, err := n.Subscribe(engine.Following{View: "v", After: engine.FromNow})
	if err != nil {
		t.Fatal(err)
	}
	alter(t, n, "ALTER MATERIALIZED VIEW v PAUSE")
	l.add(numbered(50, 30)...)
	await(t, n, "SELECT n FROM other", "80")
	holds(t, n, 50)
	if w := asked(t, n, func(*why.Why) bool { return true }); w.State != "paused" || !strings.Contains(w.Summary, `ALTER MATERIALIZED VIEW "v" RESUME`) {
		t.Errorf("why: %s", w.Summary)
	}
	if rows := strings.Join(showRows(t, n, "SHOW QUERIES"), "\n"); !strings.Contains(rows, "v s changes paused 50 ") || !strings.Contains(rows, "other s changes running 80 ") {
		t.Errorf("SHOW QUERIES: counters count on, and v is paused: %s", rows)
	}
	stop()
	s.Cancel()
	shut(t, n)

	n = openLog(t, path, l)
	apply(t, n, pausedViews, "")
	stop = run(t, n)
	l.add(numbered(80, 20)...)
	await(t, n, "SELECT n FROM other", "100")
	holds(t, n, 50)
	s, err = n.Subscribe(engine.Following{View: "v", After: engine.FromNow})
	if err != nil {
		t.Fatal(err)
	}
	alter(t, n, "ALTER MATERIALIZED VIEW v RESUME")
	holds(t, n, 100)
	l.add(numbered(100, 5)...)
	holds(t, n, 105)
	if sum := followed(s, 5); sum != 105-50 {
		t.Errorf("a live reader saw the counts rise by %d, want 55", sum)
	}
	stop()
	shut(t, n)
}

// followed sums what a live reader of v sees of its counts, until enough rows are there.
func followed(s *engine.Subscription, seconds int) (sum int64) {
	defer s.Cancel()
	deadline := time.After(time.Duration(seconds) * time.Second)
	for sum < 105-50 {
		select {
		case c := <-s.Changes:
			for _, b := range c.Batches {
				sum += weighed(b)
				b.Release()
			}
		case <-deadline:
			return sum
		}
	}
	return sum
}

// TestPauseOfAll: a source that only paused views read is not read at all; one that is paused itself holds the views on it.
func TestPauseOfAll(t *testing.T) {
	l := &replayed{lines: numbered(0, 10)}
	n := openLog(t, "", l)
	defer shut(t, n)
	apply(t, n, pausedViews, "")
	apply(t, n, "ALTER MATERIALIZED VIEW v PAUSE; ALTER MATERIALIZED VIEW other PAUSE", "")
	defer run(t, n)()
	asked(t, n, func(w *why.Why) bool { return w.State == "paused" })
	if l.opens() != 0 {
		t.Error("a source was opened that nothing reads")
	}
	alter(t, n, "ALTER MATERIALIZED VIEW v RESUME")
	holds(t, n, 10)
	alter(t, n, "ALTER SOURCE s PAUSE")
	l.add(numbered(10, 10)...)
	w := asked(t, n, func(w *why.Why) bool { return w.Sources[0].State == "paused" })
	if !strings.Contains(w.Summary, "source s is paused") {
		t.Errorf("why: %s", w.Summary)
	}
	holds(t, n, 10)
	if rows := showRows(t, n, "SHOW SOURCES"); len(rows) != 1 || !strings.Contains(rows[0], "paused") {
		t.Errorf("SHOW SOURCES: %q", rows)
	}
	alter(t, n, "ALTER SOURCE s RESUME")
	holds(t, n, 20)
}

// TestPauseIsGuarded: not everyone who may read may pause, and mistakes are told.
func TestPauseIsGuarded(t *testing.T) {
	l := &replayed{}
	n := openLog(t, "", l)
	defer shut(t, n)
	apply(t, n, pausedViews, "")
	_, err := n.Query(t.Context(), "ALTER MATERIALIZED VIEW w PAUSE", server.Limits{MaxRows: 10})
	if err == nil || !strings.Contains(err.Error(), "there is no MATERIALIZED VIEW w; there are v, other") {
		t.Errorf("error %v", err)
	}
	n.options.Writable = false
	_, err = n.Query(t.Context(), "ALTER MATERIALIZED VIEW v PAUSE", server.Limits{MaxRows: 10})
	if err == nil || !strings.Contains(err.Error(), "--writable") {
		t.Errorf("error %v", err)
	}
}

// weighed sums column n of a batch, rows taken back taken off.
func weighed(b engine.Batch) (sum int64) {
	for i, n := range b.Rows.Column(1).(*array.Int64).Int64Values() {
		if b.Weights != nil {
			n *= int64(b.Weights[i])
		}
		sum += n
	}
	return sum
}

// TestPauseOverTables: what changes in a plain table while a view on it is paused, also over a restart that merges the table's history, is
// caught up with.
func TestPauseOverTables(t *testing.T) {
	const views = source + "CREATE TABLE IF NOT EXISTS names (a BIGINT, name VARCHAR);" +
		"CREATE MATERIALIZED VIEW v AS SELECT name, count(*) AS n FROM s JOIN names USING (a) GROUP BY name;" +
		"CREATE MATERIALIZED VIEW other AS SELECT count(*) AS n FROM s JOIN names USING (a)"
	path, l := filepath.Join(t.TempDir(), "weir.duckdb"), &replayed{lines: []string{`{"a": 1}`, `{"a": 2}`, `{"a": 3}`}}
	n := openLog(t, path, l)
	apply(t, n, views, "")
	apply(t, n, "INSERT INTO names VALUES (1, 'one'), (2, 'two'), (3, 'three')", "")
	const content = "SELECT string_agg(name || n, ' ' ORDER BY name) FROM v"
	stop := run(t, n)
	await(t, n, content, "one1 three1 two1")
	alter(t, n, "ALTER MATERIALIZED VIEW v PAUSE")
	alter(t, n, "DELETE FROM names WHERE a = 2")
	alter(t, n, "INSERT INTO names VALUES (1, 'one')")
	await(t, n, "SELECT n FROM other", "3")
	stop()
	shut(t, n)
	for range 2 { // the history is merged when the table is opened
		n = openLog(t, path, l)
		apply(t, n, views, "")
		stop = run(t, n)
		alter(t, n, "UPDATE names SET name = 'drei' WHERE a = 3")
		await(t, n, "SELECT n FROM other", "3")
		await(t, n, content, "one1 three1 two1")
		stop()
		shut(t, n)
	}
	n = openLog(t, path, l)
	defer shut(t, n)
	apply(t, n, views, "")
	defer run(t, n)()
	alter(t, n, "ALTER MATERIALIZED VIEW v RESUME")
	await(t, n, content, "drei1 one2")
}

// TestPauseOfASink: what its view changes waits, also over a restart, and is delivered once it is resumed.
func TestPauseOfASink(t *testing.T) {
	path, e := filepath.Join(t.TempDir(), "weir.duckdb"), &events{lines: []string{`{"a": 1, "b": 2}`}, live: true, delivered: make(chan engine.Delivery, 1)}
	definitions := source + "CREATE MATERIALIZED VIEW v AS SELECT a FROM s; CREATE SINK out WITH (connector = 'events', format = 'json') AS FROM v"
	for _, pause := range []string{"; ALTER SINK out PAUSE", ""} {
		n := open(t, path, e, Options{CommitInterval: time.Millisecond, Writable: true})
		apply(t, n, definitions+pause, "")
		stop := run(t, n)
		for deadline := time.Now().Add(20 * time.Second); len(n.Status().Sinks) == 0 || n.Status().Sinks[0].Pending == 0; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("nothing waits for the sink: %+v", n.Status().Sinks)
			}
		}
		if s := n.Status().Sinks[0]; s.State != "paused" || s.Delivered != 0 || s.Pending != 1 {
			t.Errorf("sink %+v", s)
		}
		if pause == "" {
			alter(t, n, "ALTER SINK out RESUME")
			if d := <-e.delivered; d.Changes[0].Rows.NumRows() != 1 {
				t.Errorf("delivered %v", d)
			}
		}
		stop()
		shut(t, n)
	}
}
