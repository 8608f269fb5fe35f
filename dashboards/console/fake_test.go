package console

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeAPI answers as connectors/server does, for two views: hot, with windows, and totals, without a time.
type fakeAPI struct {
	mu      sync.Mutex
	epoch   int
	windows int // of hot that have closed
	changed chan struct{}
	token   string   // that the API wants; empty for none
	asked   []string // bodies of what changes something, with their paths
	stopped chan struct{}
	// holdSchema holds the schema back until it is closed, if it is there; sentSchema is told of each.
	holdSchema, sentSchema chan struct{}
	// readOnly says that nothing may be changed, pressed that the sink holds up its view, alerting that there is an alert.
	readOnly, pressed, alerting bool
}

var channels = []string{"app", "mail", "search", "web"}

var begin = time.Now().UTC().Truncate(10 * time.Second).Add(-time.Hour)

const hotSQL = "SELECT window_start, window_end, channel, count(*) AS bids, max(price) AS top\n" +
	"FROM tumble(bid, date_time, INTERVAL '10 seconds')\nWHERE price > 100 -- cents\nGROUP BY ALL"

const hotColumns = `[{"name":"window_start","type":"TIMESTAMP"},{"name":"window_end","type":"TIMESTAMP"},` +
	`{"name":"channel","type":"VARCHAR"},{"name":"bids","type":"BIGINT"},{"name":"top","type":"DECIMAL(18,2)"}]`

const totalsColumns = `[{"name":"channel","type":"VARCHAR"},{"name":"bids","type":"BIGINT"}]`

// serveFake serves the page and the fake API.
func serveFake(t *testing.T) (*fakeAPI, *httptest.Server) {
	t.Helper()
	f := &fakeAPI{epoch: 40, windows: 120, changed: make(chan struct{}), stopped: make(chan struct{}, 1), sentSchema: make(chan struct{}, 100)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/status", f.status)
	mux.HandleFunc("GET /v1/views", f.views)
	mux.HandleFunc("GET /v1/views/{view}", f.view)
	mux.HandleFunc("GET /v1/views/{view}/changes", f.changes)
	mux.HandleFunc("GET /v1/views/{view}/why", f.why)
	mux.HandleFunc("GET /v1/views/{view}/dashboard", f.dashboard)
	mux.HandleFunc("POST /v1/dashboard", f.dashboard)
	mux.HandleFunc("POST /v1/sql", f.sql)
	mux.HandleFunc("GET /v1/schema", f.schema)
	mux.HandleFunc("POST /v1/validate", f.validate)
	mux.HandleFunc("POST /v1/plan", f.plan)
	mux.HandleFunc("POST /v1/preview", f.preview)
	mux.HandleFunc("POST /v1/statements", f.statements)
	mux.HandleFunc("POST /v1/dead-letters/replay", f.replay)
	mux.Handle("/", Handler())
	s := httptest.NewServer(f.guard(mux))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return f, s
}

// guard keeps those out who do not know the token, from the API, not from the page.
func (f *fakeAPI) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		token := f.token
		f.mu.Unlock()
		if token != "" && strings.HasPrefix(r.URL.Path, "/v1/") && r.Header.Get("Authorization") != "Bearer "+token {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":{"message":"this Weir wants its token","code":"unauthorized"}}`)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// commit closes one more window of hot.
func (f *fakeAPI) commit() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.epoch++
	f.windows++
	close(f.changed)
	f.changed = make(chan struct{})
}

func (f *fakeAPI) now() (epoch, windows int, changed chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.epoch, f.windows, f.changed
}

// windowRows are the rows of hot's i-th window.
func windowRows(i int) []string {
	start := begin.Add(time.Duration(i) * 10 * time.Second)
	rows := make([]string, len(channels))
	for c, channel := range channels {
		bids := int(300 + 90*float64(c) + 80*math.Sin(float64(i)/9+float64(c)) + float64(i*7919%41))
		rows[c] = fmt.Sprintf(`"%s","%s","%s",%d,"%d.50"`, start.Format("2006-01-02T15:04:05"),
			start.Add(10*time.Second).Format("2006-01-02T15:04:05"), channel, bids, bids*17)
	}
	return rows
}

func (f *fakeAPI) status(w http.ResponseWriter, _ *http.Request) {
	epoch, windows, _ := f.now()
	elapsed := time.Since(begin).Milliseconds()
	wm := begin.Add(time.Duration(windows)*10*time.Second + 1234*time.Millisecond).UnixMicro()
	query := func(view, emit, columns, state, problem string, share int64, wm int64) map[string]any {
		return map[string]any{"view": view, "sql": hotSQL, "sources": []string{"bid"}, "emit": emit, "rows_in": elapsed * share, "rows_out": elapsed * share / 50,
			"late_rows": 3 * (share % 2), "watermark": wm, "state": state, "error": problem,
			"stages": []any{map[string]any{"name": "aggregate", "waiting": 12, "watermark": wm, "from": []any{map[string]any{"source": "bid", "stage": -1, "rows": elapsed * share}},
				"held": map[string]any{"kind": "window", "unit": "groups", "count": 1203, "windows": 1}}},
			"results": []any{map[string]any{"stage": 0, "rows": elapsed * share / 50}}}
	}
	hot, outbox := query("hot", "close", hotColumns, "running", "", 151, wm), 0
	if f.pressed {
		hot["state"], hot["backpressure"], outbox = "backpressured", "alerts", 1_200_000_000
	}
	queries := []any{hot, query("totals", "changes", totalsColumns, "running", "", 152, wm),
		query("broken", "close", hotColumns, "failed", "division by zero in bids / (top - top)", 0, math.MinInt64)}
	if f.alerting {
		slow := query("slow", "close", hotColumns, "running", "", 1, wm)
		slow["alert"], slow["stages"] = true, []any{map[string]any{"name": "alert", "held": map[string]any{"unit": "instances", "count": 3,
			"parts": []any{map[string]any{"name": "pending", "count": 0}, map[string]any{"name": "firing", "count": 2}}}}}
		queries = append(queries, slow)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"writable": !f.readOnly,
		"started":  begin, "epoch": epoch, "commits": epoch, "committed_at": time.Now(), "commit_ns": epoch * 7_300_000, "workers": 2,
		"sources": []any{map[string]any{"name": "bid", "connector": "kafka", "state": "running", "blocked_ns": elapsed * 120_000, "records": elapsed * 152, "bytes": elapsed * 152 * 210, "dead_letters": 4,
			"partitions": []any{
				map[string]any{"partition": "0", "next": elapsed * 80, "waiting": 1200, "watermark": wm, "state": "active"},
				map[string]any{"partition": "1", "next": elapsed * 72, "waiting": 310, "watermark": wm + 2_500_000, "state": "active"},
				map[string]any{"partition": "2", "next": 0, "waiting": 0, "watermark": int64(math.MinInt64), "state": "idle"},
			}}},
		"queries": queries,
		"sinks": []any{map[string]any{"name": "alerts", "view": "hot", "connector": "kafka", "delivered": epoch * 4, "pending": 0, "pending_bytes": outbox,
			"max_outbox": 1_000_000_000, "failures": 0, "state": "running"}},
	})
}

func viewJSON(name, emit, columns string) string {
	text, _ := json.Marshal(hotSQL)
	return fmt.Sprintf(`{"view":%q,"sql":%s,"source":"bid","emit":%q,"columns":%s,"state":"running"}`, name, text, emit, columns)
}

func (f *fakeAPI) views(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintf(w, `{"views":[%s,%s]}`, viewJSON("hot", "close", hotColumns), viewJSON("totals", "changes", totalsColumns))
}

func (f *fakeAPI) view(w http.ResponseWriter, r *http.Request) {
	switch r.PathValue("view") {
	case "hot":
		told := strings.Replace(hotColumns, `"DECIMAL(18,2)"`, `"DECIMAL(18,2)","unit":"currencyEUR","comment":"highest price"`, 1)
		_, _ = io.WriteString(w, `{"title":"Hot channels","description":"Bids in ten seconds.",`+viewJSON("hot", "close", told)[1:])
	case "totals":
		_, _ = io.WriteString(w, viewJSON("totals", "changes", totalsColumns))
	case "moving":
		_, _ = io.WriteString(w, viewJSON("moving", "changes", hotColumns))
	default:
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"error":{"message":"there is no such view","code":"no_view","names":["hot","totals"]}}`)
	}
}

// why says of every view that partition 0 holds its windows open, with the epoch in the sentence.
func (f *fakeAPI) why(w http.ResponseWriter, _ *http.Request) {
	epoch, windows, _ := f.now()
	open := begin.Add(time.Duration(windows) * 10 * time.Second)
	text := func(t time.Time) string { return t.Format("2006-01-02T15:04:05") }
	partition := func(name string, holds bool, watermark time.Time) map[string]any {
		return map[string]any{"partition": name, "state": "active", "holds": holds, "watermark": text(watermark), "watermark_since": time.Now().Add(-14 * time.Second),
			"heard": time.Now().Add(-14 * time.Second), "waiting": 310, "idle_in_s": 46}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"summary": fmt.Sprintf("hot: a window of epoch %d is open because partition 0 of source bid is behind", epoch), "at": time.Now(), "commit_share": 0.03,
		"sources": []any{map[string]any{"name": "bid", "blocked_share": 0.12,
			"partitions": []any{partition("0", true, open.Add(time.Second)), partition("1", false, open.Add(3*time.Second))}}},
		"stages": []any{map[string]any{"name": "aggregate", "waiting": 0, "kind": "window", "unit": "groups", "held": 1203, "open": 1,
			"first": []any{map[string]any{"start": text(open), "end": text(open.Add(10 * time.Second)), "count": 1203}}}},
	})
}

func (f *fakeAPI) changes(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprintf(w, "event: schema\ndata: {\"columns\":%s}\n\n", hotColumns)
	_, _, changed := f.now()
	for {
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
			return
		case <-changed:
		}
		var epoch, windows int
		epoch, windows, changed = f.now()
		if r.PathValue("view") == "moving" {
			fmt.Fprintf(w, "event: changes\nid: %d\ndata: {\"epoch\":%d,\"gap\":false,\"rows\":[[-1,%s],[1,%s]]}\n\n", epoch, epoch, movingRow(windows-1), movingRow(windows))
			continue
		}
		rows := "[1," + strings.Join(windowRows(windows-1), "],[1,") + "]"
		fmt.Fprintf(w, "event: changes\nid: %d\ndata: {\"epoch\":%d,\"gap\":false,\"rows\":[%s]}\n\n", epoch, epoch, rows)
	}
}

// movingRow is a row of moving whose count goes with the windows of hot; three others stay.
func movingRow(windows int) string {
	return fmt.Sprintf(`"2026-01-01T10:00:00","2026-01-01T10:00:10","web",%d,"1.5"`, windows)
}

// sql knows the page's own statements, SELECT 42, one that runs until it is stopped, and that everything else is a mistake at character 7.
func (f *fakeAPI) sql(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	_, windows, _ := f.now()
	statement := string(body)
	if f.letters(w, statement) {
		return
	}
	switch {
	case r.Header.Get("Accept") != "application/json":
		w.Header().Set("Content-Type", r.Header.Get("Accept"))
		_, _ = io.WriteString(w, "answer\n42\n")
	case statement == "SELECT slow":
		<-r.Context().Done()
		f.stopped <- struct{}{}
	case strings.HasPrefix(statement, `SELECT * FROM "hot" ORDER BY`):
		var rows []string
		for i := windows - 1; i >= 0; i-- {
			rows = append(rows, windowRows(i)...)
		}
		if strings.HasSuffix(statement, "LIMIT 100") {
			rows = rows[:100]
		}
		fmt.Fprintf(w, `{"columns":%s,"rows":[[%s]],"truncated":false}`, hotColumns, strings.Join(rows, "],["))
	case strings.HasPrefix(statement, `SELECT * FROM "moving"`):
		fixed := strings.Join(windowRows(0)[:3], "],[")
		fmt.Fprintf(w, `{"columns":%s,"rows":[[%s],[%s]],"truncated":false}`, hotColumns, fixed, movingRow(windows))
	case strings.HasPrefix(statement, `SELECT * FROM "totals"`):
		fmt.Fprintf(w, `{"columns":%s,"rows":[["web",%d],["app",5200],["mail",310],["search",9120]],"truncated":false}`, totalsColumns, windows*100)
	case strings.Contains(statement, "FROM weir.alerts WHERE latest"):
		_, _ = io.WriteString(w, `{"columns":[],"rows":[`+
			`["slow","host=a","firing","2026-01-01T12:00:00","2026-01-01T12:01:00","critical","a is slow",[{"key":"team","value":"shop"},{"key":"host","value":"a"}]],`+
			`["slow","host=b","resolved","2026-01-01T11:00:00","2026-01-01T11:30:00.5","critical","",[]]],"truncated":false}`)
	case statement == "SELECT 42 AS answer":
		_, _ = io.WriteString(w, `{"columns":[{"name":"answer","type":"INTEGER"},{"name":"big","type":"HUGEINT"},{"name":"s","type":"STRUCT(a INTEGER)"}],`+
			`"rows":[[42,"170141183460469231731687303715884105727",{"a":1}],[null,null,null]],"truncated":false}`)
	default:
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":{"message":"Referenced column \"bidz\" not found\nDid you mean \"bids\"?","code":"binder","position":7}}`)
	}
}
