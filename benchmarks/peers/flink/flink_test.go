package flink

import (
	"archive/zip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// scripted is a cluster that answers by a table of "METHOD /path" to answers, the last of which is repeated.
func scripted(t *testing.T, answers map[string][]string) *Cluster {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Method + " " + r.URL.Path
		left := answers[key]
		if len(left) == 0 {
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprintf(w, `{"errors":["Internal server error.","<Exception on server side:\njava.lang.RuntimeException: no answer to %s\n\tat a.b.C(D.java:1)\n>"]}`, key)
			return
		}
		if len(left) > 1 {
			answers[key] = left[1:]
		}
		fmt.Fprint(w, left[0])
	}))
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	return &Cluster{ports: ports{rest: port, gateway: port}}
}

func TestStatements(t *testing.T) {
	const result = "GET /v2/sessions/s/operations/o/result/"
	c := scripted(t, map[string][]string{
		"POST /v2/sessions":              {`{"sessionHandle":"s"}`},
		"POST /v2/sessions/s/statements": {`{"operationHandle":"o"}`},
		result + "0": {
			`{"resultType":"NOT_READY","nextResultUri":"/v2/sessions/s/operations/o/result/0?rowFormat=JSON"}`,
			`{"resultType":"PAYLOAD","jobID":"j","nextResultUri":"/v2/sessions/s/operations/o/result/1?rowFormat=JSON","results":{"data":[]}}`},
		result + "1":              {`{"resultType":"PAYLOAD","results":{"data":[{"kind":"INSERT","fields":[1]}]}}`},
		"GET /jobs/j":             {`{"state":"RUNNING"}`, `{"state":"FINISHED"}`},
		"GET /jobs/k":             {`{"state":"FAILED"}`},
		"GET /jobs/k/exceptions":  {`{"exceptionHistory":{"entries":[{"stacktrace":"disk full"}]}}`},
		"GET /jobs/j/checkpoints": {`{"counts":{"completed":7}}`},
		"PATCH /jobs/j":           {`{}`},
	})
	ctx := t.Context()
	s, err := c.Session(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if job, err := s.FirstRow(ctx, "SELECT 1"); job != "j" || err != nil {
		t.Errorf("job %q, %v", job, err)
	}
	if err := c.Await(ctx, "j"); err != nil {
		t.Error(err)
	}
	if err := c.Await(ctx, "k"); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("a job that has failed: %v", err)
	}
	if n, err := c.Checkpoints(ctx, "j"); n != 7 || err != nil {
		t.Errorf("%d checkpoints, %v", n, err)
	}
	if err := c.Cancel(ctx, "j"); err != nil {
		t.Error(err)
	}
}

func TestRefusedStatement(t *testing.T) {
	c := scripted(t, map[string][]string{"POST /v2/sessions": {`{"sessionHandle":"s"}`}})
	s, err := c.Session(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Exec(t.Context(), "CREATE TABLE x")
	if err == nil || !strings.Contains(err.Error(), "CREATE TABLE x") || !strings.Contains(err.Error(), "RuntimeException: no answer") ||
		strings.Contains(err.Error(), "D.java") {
		t.Errorf("want the statement and the causes without their stack: %v", err)
	}
}

// Only the jars of the folder itself are taken out of the distribution.
func TestExtract(t *testing.T) {
	dir := t.TempDir()
	archive := filepath.Join(dir, "x.whl")
	f, err := os.Create(archive)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	for _, name := range []string{"pyflink/lib/a.jar", "pyflink/lib/../../evil.jar", "pyflink/lib/deep/b.jar", "pyflink/bin/c.jar", "pyflink/lib/d.txt"} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(w, name)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	f.Close()
	to := t.TempDir()
	if err := extract(archive, "pyflink/lib/", to); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(to)
	if err != nil || len(entries) != 1 || entries[0].Name() != "a.jar" {
		t.Errorf("extracted %v, want a.jar (%v)", entries, err)
	}
}

func TestWhatIsLacking(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if err := lacking(true); err == nil || !strings.Contains(err.Error(), "install Java") {
		t.Errorf("without Java: %v", err)
	}
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "java"), []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	if err := lacking(false); err == nil || !strings.Contains(err.Error(), "install Maven") {
		t.Errorf("without Maven: %v", err)
	}
	if err := lacking(true); err != nil {
		t.Errorf("with Flink in the cache: %v", err)
	}
}

func TestConfig(t *testing.T) {
	p, err := freePorts()
	if err != nil || p.rest == p.gateway || p.rest == p.rpc {
		t.Fatalf("ports %+v, %v", p, err)
	}
	c := &Cluster{dir: t.TempDir(), jars: "/jars", slots: 3, ports: p}
	if err := writeConfig(c.dir, p, c.slots); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(c.dir, "config.yaml"))
	if err != nil || !strings.Contains(string(text), fmt.Sprintf("rest.port: %d\n", p.rest)) || !strings.Contains(string(text), "numberOfTaskSlots: 3\n") {
		t.Errorf("%s, %v", text, err)
	}
	line := strings.Join(c.command(t.Context(), taskManager).Args, " ")
	if !strings.Contains(line, "-cp /jars/* "+taskManager) || !strings.Contains(line, "taskmanager.cpu.cores=3") {
		t.Error(line)
	}
}
