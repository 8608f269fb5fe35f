package e2e

import (
	"crypto/tls"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/weirdb/weir/connectors/access/accesstest"
)

const guardedSQL = `
CREATE SOURCE open (a INTEGER) WITH (connector = 'http', format = 'json');
CREATE SOURCE own (a INTEGER) WITH (connector = 'http', format = 'json', token = 'sender');
CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n, sum(a) AS s FROM (FROM open UNION ALL FROM own);
`

// TestTokenAndTLS: with a token and a certificate, each way in wants both, each command can give both, and a renewed certificate needs no restart.
func TestTokenAndTLS(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := accesstest.Certificate(t, dir, 1)
	write(t, dir, "token", "s3cret\n")
	write(t, dir, "x.sql", guardedSQL)
	pg := freeAddress(t)
	p := start(t, dir, "run", "--quiet", "--listen", "127.0.0.1:0", "--pg-listen", pg, "--token-file", "token", "--tls-cert", certFile, "--tls-key", keyFile, "x.sql")
	url := ""
	p.eventually("it answers https", func() bool {
		_, rest, _ := strings.Cut(p.stderr.String(), "API on https://")
		url, _, _ = strings.Cut(rest, "\n")
		return url != ""
	})
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: accesstest.Trusting(t, certFile)}}}
	defer client.CloseIdleConnections()
	ask := func(method, path, token, body string) int {
		r, err := http.NewRequestWithContext(t.Context(), method, "https://"+url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	p.eventually("it is ready", func() bool { return ask("GET", "/readyz", "", "") == http.StatusOK })
	for _, c := range []struct {
		path, token string
		want        int
	}{
		{"/v1/sources/open/events", "", 401}, {"/v1/sources/open/events", "sender", 401}, {"/v1/sources/open/events", "s3cret", 202},
		{"/v1/sources/own/events", "", 401}, {"/v1/sources/own/events", "s3cret", 401}, {"/v1/sources/own/events", "sender", 202},
	} {
		if got := ask("POST", c.path, c.token, `{"a": 21}`); got != c.want {
			t.Errorf("%s with %q: %d, want %d", c.path, c.token, got, c.want)
		}
	}
	reach := []string{"--server", "https://" + url, "--token-file", "token", "--ca-cert", certFile}
	p.eventually("both events count", func() bool {
		out, _ := run(t, dir, 0, append([]string{"sql", "--format", "csv", "-c", "FROM counted"}, reach...)...)
		return strings.Contains(out, "2,42")
	})
	run(t, dir, 0, append([]string{"why", "counted"}, reach...)...)
	run(t, dir, 0, append([]string{"plan", "x.sql"}, reach...)...)
	_, said := run(t, dir, 1, append([]string{"replay", "dead-letters"}, reach...)...)
	if !strings.Contains(said, "--writable") { // it came in
		t.Errorf("replay: %s", said)
	}
	if _, said := run(t, dir, 1, "sql", "-c", "FROM counted", "--server", "https://"+url, "--ca-cert", certFile); !strings.Contains(said, "--token-file, or WEIR_TOKEN") {
		t.Errorf("without a token: %s", said)
	}
	if _, said := run(t, dir, 1, "sql", "-c", "FROM counted", "--server", "https://"+url, "--token-file", "token"); !strings.Contains(said, "--ca-cert") {
		t.Errorf("without the issuer's certificate: %s", said)
	}
	follow := start(t, dir, append([]string{"subscribe", "--snapshot", "counted"}, reach...)...)
	follow.eventually("the table comes", func() bool { return strings.Contains(follow.stdout.String(), `"s":"42"`) })
	conn, err := pgx.Connect(t.Context(), "postgres://ann:s3cret@"+pg+"/results?sslmode=verify-full&sslrootcert="+certFile)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	accesstest.Certificate(t, dir, 2)
	later := time.Now().Add(time.Minute)
	for _, f := range []string{"cert.pem", "key.pem"} {
		if err := os.Chtimes(filepath.Join(dir, f), later, later); err != nil {
			t.Fatal(err)
		}
	}
	p.eventually("the renewed certificate is used", func() bool { return serial(t, url) == 2 })
	if code := p.terminate(); code != 0 {
		t.Errorf("exit code %d\n%s", code, p.stderr.String())
	}
}

// TestOperationsAccess runs the example of a token and TLS in docs/operations.md, and wants what the page shows.
func TestOperationsAccess(t *testing.T) {
	for _, name := range []string{"psql", "openssl", "curl"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(name + " is not installed: apt-get install postgresql-client openssl curl")
		}
	}
	page, err := os.ReadFile("../../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(page), "## Who may ask: a token, and TLS")
	if !found {
		t.Fatal("docs/operations.md does not tell about tokens")
	}
	script := shellBlock.FindStringSubmatch(section)[1]
	want := regexp.MustCompile("(?s)```\n({\"error.*?)```").FindStringSubmatch(section)[1]
	at, pg := freeAddress(t), freeAddress(t)
	_, port, _ := net.SplitHostPort(pg)
	script = strings.NewReplacer("bin/weir run", weir+" run --listen "+at, "127.0.0.1:8080", at, "127.0.0.1:5432", pg, "port=5432", "port="+port, "bin/weir", weir,
		"sleep 3", "until curl -sf --cacert cert.pem https://"+at+"/readyz >/dev/null; do sleep 0.1; done",
		"sleep 2", "until "+weir+" sql --server https://"+at+" --token-file weir.token --ca-cert cert.pem -c 'FROM ticks' | grep 1 >/dev/null; do sleep 0.1; done").Replace(script)
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", "trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n"+script)
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	if err != nil || string(out) != want {
		t.Errorf("%v, got\n%s\nwant\n%s", err, out, want)
	}
}

// serial is the number of the certificate that a server shows.
func serial(t *testing.T, address string) int64 {
	t.Helper()
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: patience}, "tcp", address, &tls.Config{InsecureSkipVerify: true})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

// TestTokenFromEnvironment: WEIR_TOKEN is as good as a file, for both sides; what is no token, and half a certificate, are told before anything begins.
func TestTokenFromEnvironment(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "x.sql", guardedSQL)
	t.Setenv("WEIR_TOKEN", "s3cret")
	p := start(t, dir, "run", "--quiet", "--listen", "127.0.0.1:0", "x.sql")
	url := p.url()
	get(t, url+"/v1/status", http.StatusUnauthorized)
	if out, _ := run(t, dir, 0, "sql", "--server", url, "--format", "csv", "-c", "SELECT 6 * 7 AS x"); !strings.Contains(out, "42") {
		t.Error(out)
	}
	t.Setenv("WEIR_TOKEN", "two words")
	if _, said := run(t, dir, 1, "run", "--db", "y.duckdb", "x.sql"); !strings.Contains(said, "the token has a character at 3") {
		t.Error(said)
	}
	t.Setenv("WEIR_TOKEN", "")
	if _, said := run(t, dir, 1, "run", "--db", "y.duckdb", "--tls-cert", "x", "x.sql"); !strings.Contains(said, "a certificate needs its key") {
		t.Error(said)
	}
	if _, err := os.Stat(filepath.Join(dir, "y.duckdb")); err == nil {
		t.Error("a mistaken flag has left a database behind")
	}
}
