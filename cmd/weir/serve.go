package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/cmd/weir/tracing"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/dashboards/console"
)

// stopGrace is how long answers that are being sent may take once the server is to stop: queries are interrupted and live
// streams ended by then, so that only clients that do not read hold it up.
const stopGrace = time.Second

// serve answers HTTP on address until the returned function is called. An empty address serves nothing.
func serve(address string, n *node.Node, t *tracing.Tracing, g *guard, limits *queryLimits) (stop func(), err error) {
	if address == "" {
		return func() {}, nil
	}
	at, stop, err := listen(address, n, t, g, limits)
	if err == nil {
		fmt.Fprintf(os.Stderr, "console and API on %s://%s\n", g.scheme(), at)
	}
	return stop, err
}

// listen answers HTTP on address, and tells which one that is.
func listen(address string, n *node.Node, t *tracing.Tracing, g *guard, limits *queryLimits) (at string, stop func(), err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return "", nil, fmt.Errorf("%w; choose another address with --listen", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &http.Server{
		Handler: server.New(n, console.Handler(), server.Options{
			Version: version, Token: g.token, QueryTimeout: limits.timeout, MaxRows: limits.most(),
			Receivers: n.Receivers, Replay: n.Replay, Statements: n.Statements, Trial: n.Trial, Dashboard: draw(n), Around: t.Requests(),
		}),
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	go func() {
		if err := g.serveHTTP(s, listener); !errors.Is(err, http.ErrServerClosed) {
			slog.Error("http server has stopped", "error", err)
		}
	}()
	return listener.Addr().String(), func() {
		cancel() // ends live streams, which would never end by themselves
		grace, done := context.WithTimeout(context.Background(), stopGrace)
		defer done()
		if s.Shutdown(grace) != nil {
			_ = s.Close() // what has not ended by now is cut off
		}
	}, nil
}
