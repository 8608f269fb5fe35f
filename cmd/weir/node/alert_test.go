package node

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/alerting"
	"github.com/weirdb/weir/engine/preview"
)

const timedSources = `CREATE SOURCE t (k VARCHAR, n BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts) WITH (connector = 'events', format = 'json');
CREATE SOURCE u (k VARCHAR, n BIGINT) WITH (connector = 'events', format = 'json');
`

const many = `SELECT k, count(*) AS c, window_end FROM tumble(t, ts, INTERVAL '1 minute') GROUP BY ALL HAVING count(*) > 1`

// inbox is a sink that keeps what it is given: alert, instance and state.
type inbox struct {
	mu  sync.Mutex
	got []string
}

func (x *inbox) connector() engine.Connector {
	return engine.Connector{
		Name: "inbox", SinkOptions: []engine.Option{{Name: "room"}},
		Sink: func(engine.SinkConfig) (engine.Sink, error) { return x, nil },
	}
}

// Deliver implements engine.Sink.
func (x *inbox) Deliver(_ context.Context, d engine.Delivery) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, b := range d.Changes {
		for i := range int(b.Rows.NumRows()) {
			text := func(column int) string { return b.Rows.Column(column).(*array.String).Value(i) }
			x.got = append(x.got, text(alerting.InstanceColumn)+" "+text(alerting.StateColumn))
		}
	}
	return nil
}

// Close implements engine.Sink.
func (x *inbox) Close() error { return nil }

// take is what has come since the last call, in order.
func (x *inbox) take() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	out := slices.Sorted(slices.Values(x.got))
	x.got = nil
	return strings.Join(out, ", ")
}

// bursts are events of which two are in the first minute, for each key.
func bursts(keys ...string) (lines []string) {
	for _, k := range keys {
		for i := range 2 {
			lines = append(lines, fmt.Sprintf(`{"k": "%s", "n": %d, "ts": "2026-01-01 00:00:%02d"}`, k, i, 10+i))
		}
	}
	return lines
}

func openAlerts(t *testing.T, path string, e *events, x *inbox, o Options) *Node {
	t.Helper()
	o.DB, o.Workers, o.Threads, o.Connectors, o.Bounded = path, 1, 1, []engine.Connector{e.connector(), x.connector()}, true
	n, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAlertMistakes(t *testing.T) {
	n := openAlerts(t, "", &events{}, &inbox{}, Options{})
	defer shut(t, n)
	apply(t, n, timedSources+"CREATE MATERIALIZED VIEW v AS SELECT k FROM t", "")
	for with, want := range map[string]string{
		"for = 'long'":              "line 1, column 28: option for = 'long': want a duration",
		"for = '-1 minute'":         "want a duration that is not negative",
		"labels = 'team'":           "line 1, column 31: option labels = 'team': want names and values",
		"labels = 'severity=page'":  "every alert has a label severity",
		"labels = 'a=1, k=2'":       "option labels: k is an instance column of the alert",
		"summary = '{{.nosuch}}'":   "there are the columns k, c, window_end",
		"instance = 'k, x'":         "the SELECT has no column x; there are",
		"send = 'firing, gone'":     "allowed are pending, firing, resolved and inactive",
		"to = 'pager'":              "line 1, column 27: to = 'pager': allowed are 'events', 'inbox'",
		"room = 'x'":                "unknown option room: an alert without to = '…' has",
		"to = 'inbox', rooom = 'x'": "unknown option rooom",
		"backfill = 'someday'":      "option backfill = 'someday'",
		"repeat_interval = 'now'":   "option repeat_interval = 'now'",
	} {
		apply(t, n, "CREATE ALERT a WITH ("+with+") AS "+many, want)
	}
	for text, want := range map[string]string{
		"CREATE ALERT a WITH (for = '1 minute') AS SELECT k, count(*) AS c FROM u GROUP BY k": "alert a has no event time to count it by: declare a WATERMARK on its source (u)",
		"CREATE ALERT a AS SELECT k FROM t WHERE n > 5":                                       "no column says when its rows are from",
		"CREATE ALERT a AS SELECT k, ts AS at FROM t":                                         "column at is one that every alert has of its own",
		"CREATE ALERT v AS " + many:                                                           "v is the name of a MATERIALIZED VIEW already",
		"DROP ALERT v":                                                                        "there is no ALERT v: there is none",
		"ALTER ALERT v PAUSE":                                                                 "there is no ALERT v",
		"CREATE ALERT a AS " + many + "; DROP MATERIALIZED VIEW a":                            "there is no MATERIALIZED VIEW a; there are v",
		"CREATE ALERT a AS " + many + "; COMMENT ON VIEW a IS 'x'":                            "a is an ALERT",
		"CREATE ALERT a AS " + many + "; ALTER ALERT a SILENCE FOR 'long'":                    "want a duration such as '2 hours'",
		"CREATE ALERT a AS " + many + "; ALTER ALERT a SILENCE UNTIL 'then'":                  "want a time such as",
		"CREATE ALERT a AS " + many + "; ALTER ALERT a SILENCE FOR '1 h' WHERE nosuch = 1":    "condition on alert a",
		"CREATE ALERT a AS " + many + "; CREATE MATERIALIZED VIEW w AS SELECT * FROM a":       "a does not exist",
	} {
		apply(t, n, text, want)
	}
	if len(n.catalog.Alerts()) > 0 {
		t.Errorf("%d alerts stayed", len(n.catalog.Alerts()))
	}
}

// TestAlertRuns: an alert has its transitions in a table and in weir.alerts, and sends those that it says; EXPLAIN, DESCRIBE and SHOW tell of it.
func TestAlertRuns(t *testing.T) {
	path, e, x := filepath.Join(t.TempDir(), "weir.duckdb"), &events{lines: bursts("a", "b")}, &inbox{}
	n := openAlerts(t, path, e, x, Options{})
	apply(t, n, timedSources+"CREATE ALERT hot WITH (to = 'inbox', severity = 'critical', labels = 'team=x', summary = '{{.c}} of {{.k}}') AS "+many, "")
	if err := n.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := x.take(), "k=a firing, k=a resolved, k=b firing, k=b resolved"; got != want {
		t.Errorf("sent %s, want %s", got, want)
	}
	for query, want := range map[string]string{
		`SELECT string_agg(instance || ' ' || state || ' ' || "at" || ' ' || summary, ', ' ORDER BY "at", instance) FROM hot WHERE k = 'a'`: "k=a firing 2026-01-01 00:01:00 2 of a, k=a resolved 2026-01-01 00:06:00 2 of a",
		`SELECT count(*) FROM weir.alerts`: "4",
		`SELECT string_agg(labels['team'] || labels['k'] || "row", '; ' ORDER BY instance) FROM weir.alerts WHERE latest`: `xa{"k":"a","c":2,"window_end":"2026-01-01 00:01:00"}; xb{"k":"b","c":2,"window_end":"2026-01-01 00:01:00"}`,
		`SELECT count(*) FROM weir.alerts WHERE active`:                                                                   "0",
	} {
		if got := one(t, n, query); got != want {
			t.Errorf("%s\n got %s\nwant %s", query, got, want)
		}
	}
	for statement, want := range map[string]string{
		"SHOW ALERTS":  "hot | critical | k | inbox |  | SELECT k, count(*)",
		"DESCRIBE hot": "alert | VARCHAR",
		"EXPLAIN hot":  "alert, an instance for each k; fires with its row, resolves when none has come for 300 seconds by window_end",
		"SHOW VIEWS":   "",
	} {
		answers, err := n.Apply(t.Context(), statement)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, row := range answers[0].Rows {
			lines = append(lines, strings.Join(row, " | "))
		}
		if got := strings.Join(lines, "\n"); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%s\n got %s\nwant %s", statement, got, want)
		}
	}
	apply(t, n, "DROP ALERT hot", "")
	if got := one(t, n, "SELECT count(*) FROM weir.alerts"); got != "0" {
		t.Errorf("%s transitions of no alert", got)
	}
	shut(t, n)
	n = openAlerts(t, path, e, x, Options{})
	if got := one(t, n, "SELECT count(*) FROM weir.alerts"); got != "0" || len(n.catalog.Views) > 0 {
		t.Errorf("%s transitions and %d alerts are back", got, len(n.catalog.Views))
	}
	shut(t, n)
}

// TestUpdatingAlertInOneEpoch: where rows are taken back, what comes in a run that is over in one epoch has the watermark of its last events for
// a time, though the end of the input comes with them; what began then goes on from there in the next run.
func TestUpdatingAlertInOneEpoch(t *testing.T) {
	path, e, x := filepath.Join(t.TempDir(), "weir.duckdb"), &events{lines: bursts("a")}, &inbox{}
	n := openAlerts(t, path, e, x, Options{})
	apply(t, n, timedSources+`CREATE ALERT most WITH (emit = 'changes') AS SELECT k, count(*) AS c FROM t GROUP BY k HAVING count(*) BETWEEN 2 AND 3;
		CREATE ALERT slow WITH (emit = 'changes', for = '10 seconds') AS SELECT k, count(*) AS c FROM t GROUP BY k HAVING count(*) > 1`, "")
	if err := n.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	const all = `SELECT string_agg(alert || ' ' || state || ' ' || "at"::TIME || ' ' || since::TIME, ', ' ORDER BY alert, "at", state) FROM weir.alerts`
	if got, want := one(t, n, all), "most firing 00:00:11 00:00:11, slow pending 00:00:11 00:00:11"; got != want {
		t.Errorf("after one run: %s, want %s", got, want)
	}
	shut(t, n)
	for i := range 2 {
		e.lines = append(e.lines, fmt.Sprintf(`{"k": "a", "n": 5, "ts": "2026-01-01 00:00:%d"}`, 25+i))
	}
	n = openAlerts(t, path, e, x, Options{})
	if err := n.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := "most firing 00:00:11 00:00:11, most resolved 00:00:26 00:00:11, slow pending 00:00:11 00:00:11, slow firing 00:00:21 00:00:11"
	if got := one(t, n, all); got != want {
		t.Errorf("after another: %s, want %s", got, want)
	}
	shut(t, n)
}

// TestAlertReplaced: what says how an alert is worded, timedSources and sent changes nothing of its history; another SELECT begins anew.
func TestAlertReplaced(t *testing.T) {
	n := openAlerts(t, "", &events{}, &inbox{}, Options{})
	defer shut(t, n)
	apply(t, n, timedSources+"CREATE ALERT a WITH (to = 'inbox', severity = 'info') AS "+many, "")
	for text, want := range map[string]preview.Fate{
		"CREATE ALERT a WITH (to = 'inbox', severity = 'info') AS " + many: preview.Kept,
		"CREATE OR REPLACE ALERT a WITH (to = 'inbox', room = 'x', severity = 'critical', for = '1 minute', summary = '{{.k}}', repeat_interval = '1 hour', max_age = '1 hour') AS " + many: preview.Kept,
		"CREATE OR REPLACE ALERT a AS " + many:                                                           preview.Kept,
		"CREATE OR REPLACE ALERT a WITH (instance = 'c') AS " + many:                                     preview.Rebuilt,
		"CREATE OR REPLACE ALERT a AS " + strings.Replace(many, "> 1", "> 2", 1):                         preview.Rebuilt,
		"CREATE OR REPLACE ALERT a WITH (emit = 'changes') AS SELECT k, count(*) AS c FROM t GROUP BY k": preview.Rebuilt,
		"DROP ALERT a": preview.Dropped,
	} {
		p, err := n.Preview(t.Context(), []preview.Script{{Name: "x.sql", Text: text}})
		if err != nil {
			t.Fatal(text, err)
		}
		if len(p.Views) != 1 || p.Views[0].Fate != want || p.Objects[0].Kind != "ALERT" {
			t.Errorf("%s\n%+v, want %s", text, p, want)
		}
	}
}

// TestSilence: what is silenced is kept and not sent, also after a restart; when that is over, or taken back, it is sent again.
func TestSilence(t *testing.T) {
	path, e, x := filepath.Join(t.TempDir(), "weir.duckdb"), &events{lines: bursts("a", "b", "c")}, &inbox{}
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	o := Options{Now: func() time.Time { return now }, AnyTime: true}
	n := openAlerts(t, path, e, x, o)
	apply(t, n, timedSources+"CREATE ALERT a WITH (to = 'inbox', send = 'firing') AS "+many+`; ALTER ALERT a SILENCE FOR '2 hours' WHERE k = 'a' OR summary = ';';
		ALTER ALERT a SILENCE UNTIL '2026-01-01 13:00' WHERE k = 'b'`, "")
	shut(t, n)
	n = openAlerts(t, path, e, x, o)
	if got := len(n.catalog.Silences("a")); got != 2 {
		t.Errorf("%d silences after a restart", got)
	}
	if err := n.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := x.take(); got != "k=c firing" {
		t.Errorf("sent %s", got)
	}
	if got := one(t, n, "SELECT count(*) FROM a"); got != "6" {
		t.Errorf("%s transitions are kept, want 6", got)
	}
	again := func(step, want string) {
		t.Helper()
		apply(t, n, "CREATE OR REPLACE ALERT a WITH (to = 'inbox', send = 'firing') AS "+strings.Replace(many, "> 1", "> "+step, 1), "")
		if err := n.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := x.take(); got != want {
			t.Errorf("sent %s, want %s", got, want)
		}
	}
	now = now.Add(90 * time.Minute) // the second is over
	again("0", "k=b firing, k=c firing")
	if got := len(n.catalog.Silences("a")); got != 1 {
		t.Errorf("%d silences, want 1", got)
	}
	apply(t, n, "ALTER ALERT a UNSILENCE", "")
	again("1", "k=a firing, k=b firing, k=c firing")
	apply(t, n, "ALTER ALERT a SILENCE FOR '1 hour'", "")
	again("0", "")
	shut(t, n)
}

// TestMaxAge: what is older than max_age is kept and not sent.
func TestMaxAge(t *testing.T) {
	x := &inbox{}
	now := time.Date(2026, 1, 1, 0, 30, 0, 0, time.UTC)
	n := openAlerts(t, "", &events{lines: bursts("a")}, x, Options{Now: func() time.Time { return now }, AnyTime: true})
	defer shut(t, n)
	apply(t, n, timedSources+"CREATE ALERT a WITH (to = 'inbox', max_age = '27 minutes') AS "+many, "")
	if err := n.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := x.take(); got != "k=a resolved" { // firing at 00:01, resolved at 00:06
		t.Errorf("sent %s", got)
	}
}

// TestSinkOfAlert: a sink that is created by itself on an alert gets every transition, and holds the alert.
func TestSinkOfAlert(t *testing.T) {
	x := &inbox{}
	n := openAlerts(t, "", &events{lines: bursts("a")}, x, Options{})
	defer shut(t, n)
	apply(t, n, timedSources+"CREATE ALERT a WITH (for = '1 hour') AS "+many+"; CREATE SINK s WITH (connector = 'inbox') AS FROM a", "")
	if err := n.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := x.take(); got != "k=a inactive, k=a pending" {
		t.Errorf("sent %s", got)
	}
	apply(t, n, "DROP ALERT a", "ALERT a is used by sink s: drop that first")
}

// TestSilenceWhileRunning: ALTER ALERT … SILENCE over the API needs --writable, and stops no engine.
func TestSilenceWhileRunning(t *testing.T) {
	for _, writable := range []bool{false, true} {
		l := &replayed{lines: []string{`{"k": "a", "n": 1, "ts": "2026-01-01 00:00:10"}`}}
		n, err := Open(t.Context(), Options{Workers: 1, Threads: 1, Connectors: []engine.Connector{l.connector()}, Writable: writable, CommitInterval: time.Millisecond, AnyTime: true})
		if err != nil {
			t.Fatal(err)
		}
		apply(t, n, strings.SplitAfter(timedSources, "\n")[0]+"CREATE ALERT a AS "+many, "")
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- n.Run(ctx) }()
		for n.Ready() != nil || l.opens() == 0 {
			time.Sleep(time.Millisecond)
		}
		opened := l.opens()
		_, err = n.Query(ctx, "ALTER ALERT a SILENCE FOR '1 hour'", server.Limits{})
		if (err == nil) != writable {
			t.Errorf("writable %t: %v", writable, err)
		}
		if got := len(n.silencesOf("a")); got == 1 != writable {
			t.Errorf("writable %t: %d silences", writable, got)
		}
		answer, err := n.Query(ctx, "SHOW ALERTS", server.Limits{})
		if err != nil || len(answer.Columns) < 10 {
			t.Fatal(err, answer)
		}
		answer.Close()
		if l.opens() != opened {
			t.Error("another engine has begun")
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		shut(t, n)
	}
}
