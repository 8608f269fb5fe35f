package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// notified is a receiver that knows requests by their idempotency keys: one that it has taken before changes nothing.
type notified struct {
	*httptest.Server
	mu       sync.Mutex
	requests map[string]bool
	keys     map[string]int // of transitions, as often as they came in requests that were new
	again    int            // requests that it had taken before
	calls    int
	refuses  bool          // one request in ten
	catch    bool          // the next new request is taken, and not answered
	caught   chan struct{} // told of that
}

func newNotified(t *testing.T) *notified {
	n := &notified{refuses: true, caught: make(chan struct{}, 1), requests: map[string]bool{}, keys: map[string]int{}}
	n.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.take(t, w, r) {
			n.caught <- struct{}{}
			<-r.Context().Done() // it is killed
		}
	}))
	t.Cleanup(n.Close)
	return n
}

// take takes a request. It reports whether it is not to be answered.
func (n *notified) take(t *testing.T, w http.ResponseWriter, r *http.Request) (unanswered bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.calls++; n.calls%10 == 0 && n.refuses {
		http.Error(w, "not now", http.StatusServiceUnavailable)
		return false
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return false // it was killed while it sent this
	}
	key := r.URL.Path + " " + r.Header.Get("Idempotency-Key")
	if n.requests[key] {
		n.again++
		return false
	}
	n.requests[key] = true
	for _, k := range keysIn(t, r.URL.Path, body) {
		n.keys[r.URL.Path+" "+k]++
	}
	unanswered, n.catch = n.catch, false
	return unanswered
}

// catchNext has the next new request be taken, and not answered.
func (n *notified) catchNext(catch bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.catch = catch
}

// keysIn are the transitions that a request tells of.
func keysIn(t *testing.T, path string, body []byte) (keys []string) {
	if path == "/command" {
		var row struct{ ID, State string }
		if err := json.Unmarshal(body, &row); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		return []string{row.ID + "-" + row.State}
	}
	var group struct{ Alerts []struct{ Key string } }
	if err := json.Unmarshal(body, &group); err != nil {
		t.Errorf("%s: %v", body, err)
	}
	for _, a := range group.Alerts {
		keys = append(keys, a.Key)
	}
	return keys
}

// alertsOver are an alert over windows that close, which notifies, and one over rows that are taken back, which calls.
func alertsOver(url string) string {
	return fmt.Sprintf(`CREATE ALERT busy WITH (for = '2 seconds', resolve_after = '5 seconds', keep_firing_for = '1 second', summary = '{{.k}}: {{.n}}',
	to = 'webhook', url = '%[1]s/hook', group_by = 'k') AS
SELECT k, count(*) AS n, window_end FROM tumble(ev, ts, INTERVAL '2 seconds') GROUP BY ALL HAVING count(*) > 7;
CREATE ALERT most WITH (emit = 'changes', state_ttl = '10 seconds', to = 'http', url = '%[1]s/command', send = 'firing, resolved') AS
SELECT k, sum(v) AS v FROM ev GROUP BY k HAVING sum(v) > 16000;
`, url)
}

// TestAlertsAcrossKills: whenever the process is killed, an alert's table has each transition once, and a receiver that honours the keys
// hears of each once. Transitions over windows are the same as those of a run that nobody killed.
func TestAlertsAcrossKills(t *testing.T) {
	rng, dir, to := newRand(t), t.TempDir(), newNotified(t)
	write(t, dir, "x.sql", followed+alertsOver(to.URL))
	e := newEvents(rng, 0)
	var all []byte
	for i := range 10 {
		some := e.lines(nil, 10_000)
		all = append(all, some...)
		appendTo(t, dir, some)
		to.catchNext(i%2 == 0)
		p := follow(t, dir, "--commit-interval", "20ms", "--workers", fmt.Sprint(1+i%3))
		select {
		case <-to.caught: // killed between the receiver's taking it and Weir's hearing of that
		case <-time.After(time.Duration(1000+rng.IntN(2000)) * time.Millisecond):
		}
		p.kill()
	}
	to.mu.Lock()
	to.refuses, to.catch = false, false
	to.mu.Unlock()
	run(t, dir, 0, "run", "--db", "x.duckdb", "--once", "x.sql")
	j := judgeLines(t, dir+"/x.duckdb", all)
	var want []string
	for path, alert := range map[string]string{"/hook": "busy", "/command": "most"} {
		if n := j.number("SELECT count(*) - count(DISTINCT (id, state, reminder)) FROM r.main." + alert); n != 0 {
			t.Errorf("%s has %d transitions twice", alert, n)
		}
		keys := j.rows(fmt.Sprintf("SELECT '%s ' || id || '-' || state FROM r.main.%s WHERE state IN ('firing', 'resolved')", path, alert))
		if len(keys) < 20 {
			t.Errorf("%s has %d transitions: the test tests nothing", alert, len(keys))
		}
		want = append(want, keys...)
	}
	to.Close()
	if to.again == 0 {
		t.Error("no request came again: the test tests nothing")
	}
	for _, key := range want {
		if to.keys[key] != 1 {
			t.Errorf("%s was heard of %d times", key, to.keys[key])
		}
	}
	if len(to.keys) != len(want) {
		t.Errorf("heard of %d transitions, want %d", len(to.keys), len(want))
	}
	t.Logf("%d transitions in %d requests, %d of them again", len(want), to.calls, to.again)

	once := t.TempDir()
	write(t, once, "ev.ndjson", string(all))
	busy, _, _ := strings.Cut(alertsOver(to.URL), "CREATE ALERT most")
	write(t, once, "x.sql", strings.ReplaceAll(followed, ", follow = 'true'", "")+strings.ReplaceAll(busy, "to = 'webhook', url = '"+to.URL+"/hook', group_by = 'k'", "emit = 'close'"))
	run(t, once, 0, "run", "--db", "x.duckdb", "--once", "x.sql")
	const transitions = `SELECT instance, state, "at", since, summary, id FROM r.main.busy`
	a, b := j.rows(transitions), newJudge(t, once+"/x.duckdb").rows(transitions)
	slices.Sort(a)
	slices.Sort(b)
	if !slices.Equal(a, b) {
		t.Errorf("%d transitions across kills, %d without", len(a), len(b))
	}
}

// TestAlertsPage runs the example of docs/alerts.md, and its test, as they stand, and wants what the page shows.
func TestAlertsPage(t *testing.T) {
	page, err := os.ReadFile("../../../docs/alerts.md")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("python3 is not installed: apt-get install python3")
	}
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```\n```\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(blocks) != 3 {
		t.Fatalf("%d blocks of commands, want 3", len(blocks))
	}
	hook, at := freeAddress(t), freeAddress(t)
	_, port, _ := strings.Cut(hook, ":")
	script, awaited := "", []string{"grep -q firing told.txt", "grep -q resolved told.txt"}
	for i, b := range blocks {
		text := strings.NewReplacer("127.0.0.1:9099", hook, "9099", port, "bin/weir run", weir+" run --listen "+at, "bin/weir sql", weir+" sql --server http://"+at,
			"bin/weir test", weir+" test").Replace(b[1])
		if i < len(awaited) {
			text = strings.Replace(text, "sleep 5", "until "+awaited[i]+"; do sleep 0.1; done", 1)
		}
		script += text + "echo\n"
	}
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", "trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n"+script)
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, b := range blocks {
		if !strings.Contains(string(out), b[2]) {
			t.Errorf("got\n%s\nwant\n%s", out, b[2])
		}
	}
}
