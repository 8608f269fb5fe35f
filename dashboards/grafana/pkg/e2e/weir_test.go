package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long a test waits for something that must come. It only bounds a failing test.
const patience = 60 * time.Second

// weir is a running Weir that can be killed and started again at the same address.
type weir struct {
	t       *testing.T
	dir     string
	address string
	args    []string
	cmd     *exec.Cmd
	log     output
}

// output is text that is read while it is written.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// start runs Weir over some statements.
func start(t *testing.T, sql string, args ...string) *weir {
	t.Helper()
	if missing != nil {
		t.Skip(missing)
	}
	w := &weir{t: t, dir: t.TempDir(), address: free(t), args: args}
	if err := os.WriteFile(filepath.Join(w.dir, "x.sql"), []byte(sql), 0o600); err != nil {
		t.Fatal(err)
	}
	w.run()
	t.Cleanup(w.kill)
	return w
}

// free is an address at which nobody listens.
func free(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (w *weir) url() string { return "http://" + w.address }

func (w *weir) run() {
	w.t.Helper()
	w.cmd = exec.Command(program, append([]string{"run", "--quiet", "--listen", w.address, "--db", "x.duckdb", "--commit-interval", "50ms", "x.sql"}, w.args...)...)
	w.cmd.Dir, w.cmd.Stdout, w.cmd.Stderr = w.dir, &w.log, &w.log
	if err := w.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	eventually(w.t, "Weir is ready", func() bool {
		answer, err := http.Get(w.url() + "/readyz")
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
}

// kill ends Weir as kill -9 does.
func (w *weir) kill() {
	_ = w.cmd.Process.Kill()
	_ = w.cmd.Wait()
}

// send gives events to a source, until it takes them.
func (w *weir) send(source string, events ...any) {
	var body []byte
	for _, e := range events {
		text, err := json.Marshal(e)
		if err != nil {
			w.t.Error(err)
			return
		}
		body = append(append(body, text...), '\n')
	}
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		status, err := w.post(source, body)
		if err == nil && status == http.StatusAccepted {
			return
		}
		// 429 and 503 say that nothing was kept: views are behind, or Weir is starting.
		if err != nil || (status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable) || time.Now().After(end) {
			w.t.Errorf("events were answered %d: %v", status, err)
			return
		}
	}
}

func (w *weir) post(source string, body []byte) (status int, err error) {
	answer, err := http.Post(w.url()+"/v1/sources/"+source+"/events", "application/x-ndjson", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	return answer.StatusCode, nil
}

// rows are a statement's rows as text.
func (w *weir) rows(sql string) []string {
	w.t.Helper()
	answer, err := http.Post(w.url()+"/v1/sql?limit=1000000", "text/plain", strings.NewReader(sql))
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	var body struct{ Rows [][]any }
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil || answer.StatusCode != http.StatusOK {
		w.t.Fatalf("%s: %s %v\n%s", sql, answer.Status, err, w.log.String())
	}
	out := []string{}
	for _, r := range body.Rows {
		out = append(out, fmt.Sprint(r...))
	}
	return out
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", patience, what)
		}
	}
}
