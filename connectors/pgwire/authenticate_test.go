package pgwire

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"os/exec"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/weirdb/weir/connectors/access"
	"github.com/weirdb/weir/connectors/access/accesstest"
)

// guarded are options with the token s3cret, and a certificate in a file.
func guarded(t *testing.T) (o Options, certFile string) {
	t.Helper()
	certFile, keyFile := accesstest.Certificate(t, t.TempDir(), 1)
	certificate, err := access.ReadCertificate(certFile, keyFile, slog.Default())
	check(t, err)
	o.TLS = certificate.Config()
	o.Token, err = access.NewToken("s3cret")
	check(t, err)
	return o, certFile
}

// connects tries to connect, and returns the SQLSTATE of what is refused.
func connects(t *testing.T, url string) (one int, state string, err error) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return 0, refused.Code, err
	}
	if err != nil {
		return 0, "", err
	}
	defer conn.Close(context.Background())
	err = conn.QueryRow(t.Context(), "SELECT 1").Scan(&one)
	return one, "", err
}

// TestPassword: the token is the password of any user, over TLS only where there is a certificate.
func TestPassword(t *testing.T) {
	o, certFile := guarded(t)
	address, _ := testServer(t, o)
	root := "&sslrootcert=" + certFile
	for _, c := range []struct{ user, options, state string }{
		{"ann:s3cret", "sslmode=verify-full" + root, ""}, {"bob:s3cret", "sslmode=require", ""}, {"ann:s3cret", "sslmode=prefer", ""},
		{"ann:s3cre", "sslmode=require", statePassword}, {"ann:", "sslmode=require", statePassword}, {"ann:s3cret", "sslmode=disable", stateAuthorization},
	} {
		one, state, err := connects(t, "postgres://"+c.user+"@"+address+"/results?"+c.options)
		if state != c.state || (c.state == "") != (one == 1) {
			t.Errorf("%+v: %q, %v", c, state, err)
		}
	}
	if _, _, err := connects(t, "postgres://ann:s3cret@"+address+"/results?sslmode=verify-full"); err == nil {
		t.Error("a certificate that nobody vouches for was taken")
	}
	plain, _ := testServer(t, Options{Token: o.Token})
	if one, _, err := connects(t, "postgres://ann:s3cret@"+plain+"/results?sslmode=prefer"); one != 1 || err != nil {
		t.Errorf("a token without TLS: %v", err)
	}
	if _, state, err := connects(t, "postgres://ann:x@"+plain+"/results?sslmode=prefer"); state != statePassword {
		t.Errorf("a wrong token without TLS: %v", err)
	}
}

// TestInjectedBehindSSLRequest: what stands behind the request for TLS, before TLS, is not taken for what the client says.
func TestInjectedBehindSSLRequest(t *testing.T) {
	o, _ := guarded(t)
	address, _ := testServer(t, o)
	conn, err := net.Dial("tcp", address)
	check(t, err)
	defer conn.Close()
	_, err = conn.Write([]byte{0, 0, 0, 8, 4, 210, 22, 47, 0, 0, 0, 8, 4, 210, 22, 47})
	check(t, err)
	if err := tls.Client(conn, &tls.Config{InsecureSkipVerify: true}).Handshake(); err == nil {
		t.Error("TLS began behind bytes of somebody's")
	}
}

// TestPsqlPassword: libpq does the same.
func TestPsqlPassword(t *testing.T) {
	psql, err := exec.LookPath("psql")
	if err != nil {
		t.Skip("psql is not installed: apt-get install postgresql-client")
	}
	o, certFile := guarded(t)
	address, _ := testServer(t, o)
	ask := func(password string) string {
		cmd := exec.Command(psql, "-X", "-w", "-Atc", `SELECT 6 * 7`, "postgres://ann@"+address+"/results?sslmode=verify-full&sslrootcert="+certFile)
		cmd.Env = append(cmd.Environ(), "PGPASSWORD="+password)
		out, _ := cmd.CombinedOutput()
		return strings.TrimSpace(string(out))
	}
	if got := ask("s3cret"); got != "42" {
		t.Error(got)
	}
	if got := ask("wrong"); !strings.Contains(got, "the password is wrong: it must be Weir's token") {
		t.Error(got)
	}
}
