package flightsql

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/weirdb/weir/connectors/access"
	"github.com/weirdb/weir/connectors/access/accesstest"
	"github.com/weirdb/weir/connectors/server"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// TestTokenOverTLS: the token opens every way in, as Bearer and as a password, and nothing else opens any.
func TestTokenOverTLS(t *testing.T) {
	certFile, keyFile := accesstest.Certificate(t, t.TempDir(), 1)
	certificate, err := access.ReadCertificate(certFile, keyFile, slog.Default())
	check(t, err)
	token, err := access.NewToken("s3cret")
	check(t, err)
	address, _, _ := testServer(t, Options{Token: token, TLS: certificate.Config()})
	c := dial(t, address, grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: accesstest.Trusting(t, certFile)})))
	for header, code := range map[string]codes.Code{"": codes.Unauthenticated, "Bearer s3cre": codes.Unauthenticated, "Bearer s3cret": codes.OK} {
		ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", header)
		if _, err := c.Execute(ctx, "SELECT 1"); status.Code(err) != code {
			t.Errorf("%q: %v", header, err)
		}
		if _, err := c.Prepare(ctx, "SELECT 1"); status.Code(err) != code {
			t.Errorf("%q, prepared: %v", header, err)
		}
	}
	if _, err := c.Client.AuthenticateBasicToken(t.Context(), "ann", "wrong"); err == nil {
		t.Error("a wrong password is taken")
	}
	ctx, err := c.Client.AuthenticateBasicToken(t.Context(), "ann", "s3cret")
	check(t, err)
	info, err := c.Execute(ctx, "SELECT 6 * 7")
	check(t, err)
	if rows, err := fetch(ctx, c, info); err != nil || len(rows) != 1 || rows[0] != "42" {
		t.Errorf("%q, %v", rows, err)
	}
}

// TestTooManyConnections: one more than are allowed is told so, and others go on.
func TestTooManyConnections(t *testing.T) {
	address, _, s := testServer(t, Options{MaxConnections: 2})
	clients := []*flightsql.Client{dial(t, address), dial(t, address)}
	for _, c := range clients {
		if _, err := ask(t, c, "SELECT 1"); err != nil {
			t.Error(err)
		}
	}
	if got := s.Clients().Connected; got != 2 {
		t.Errorf("%d connections", got)
	}
	if _, err := ask(t, dial(t, address), "SELECT 1"); status.Code(err) != codes.ResourceExhausted || !strings.Contains(err.Error(), "2 connections already") {
		t.Errorf("the third: %v", err)
	}
	if _, err := ask(t, clients[0], "SELECT 1"); err != nil {
		t.Error(err)
	}
}

// panicking is a backend with a mistake of ours.
type panicking struct{ Backend }

func (panicking) ReadRow(context.Context, string, arrow.RecordBatch, server.Limits) (*server.Result, error) {
	panic("a mistake")
}

// TestPanic: a mistake of ours ends one statement, and is in the log.
func TestPanic(t *testing.T) {
	_, store, _ := testServer(t, Options{})
	var log strings.Builder
	address, _ := serveBackend(t, panicking{storeBackend{store}}, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	c := dial(t, address)
	if _, err := ask(t, c, "SELECT 1"); status.Code(err) != codes.Internal {
		t.Errorf("%v", err)
	}
	if _, err := c.Execute(t.Context(), "SELECT 1"); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	if !strings.Contains(log.String(), "a mistake") {
		t.Errorf("the log is %q", log.String())
	}
}

// TestClose: what runs is interrupted and told, and nobody waits longer than the grace.
func TestClose(t *testing.T) {
	_, store, _ := testServer(t, Options{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	s, err := New(storeBackend{store}, Options{MaxRows: -1})
	check(t, err)
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	c := dial(t, l.Addr().String())
	info, err := c.Execute(t.Context(), "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b")
	check(t, err)
	ended := make(chan error, 1)
	go func() {
		_, err := drain(t.Context(), c.Client, info)
		ended <- err
	}()
	eventually(t, func() bool { return s.Clients().Statements == 1 })
	s.Close(20 * time.Second)
	if err := <-ended; status.Code(err) != codes.Unavailable || !strings.Contains(err.Error(), "weir is stopping") {
		t.Errorf("%v", err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}
