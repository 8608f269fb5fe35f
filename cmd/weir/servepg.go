package main

import (
	"fmt"
	"log/slog"
	"net"
	"os"

	"github.com/spf13/pflag"
	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/connectors/pgwire"
)

// pgFlags are the flags about the PostgreSQL protocol.
type pgFlags struct {
	listen      string
	connections int
}

func (f *pgFlags) add(fs *pflag.FlagSet) {
	fs.StringVar(&f.listen, "pg-listen", "", "address of the PostgreSQL protocol, such as 127.0.0.1:5432, for psql, drivers and Grafana; none unless given")
	fs.IntVar(&f.connections, "pg-connections", 100, "clients of the PostgreSQL protocol at the same time")
}

// serve answers the PostgreSQL protocol until the returned function is called. Without an address it serves nothing.
func (f *pgFlags) serve(n *node.Node, g *guard, limits *queryLimits) (stop func(), err error) {
	if f.listen == "" {
		return func() {}, nil
	}
	if f.connections < 1 {
		return nil, fmt.Errorf("--pg-connections %d: want at least 1", f.connections)
	}
	listener, err := net.Listen("tcp", f.listen)
	if err != nil {
		return nil, fmt.Errorf("%w; choose another address with --pg-listen", err)
	}
	s := pgwire.New(n, pgwire.Options{MaxConnections: f.connections, MaxRows: limits.any(), QueryTimeout: limits.timeout, Token: g.token, TLS: g.tls(), Log: slog.Default()})
	n.CountClients(s.Clients)
	go func() {
		if err := s.Serve(listener); err != nil {
			slog.Error("the server of the PostgreSQL protocol has stopped", "error", err)
		}
	}()
	fmt.Fprintf(os.Stderr, "PostgreSQL protocol on %s\n", listener.Addr())
	return func() { s.Close(stopGrace) }, nil
}
