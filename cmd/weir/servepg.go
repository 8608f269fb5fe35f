package main

import (
	"fmt"
	"log/slog"
	"net"
	"os"

	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/connectors/pgwire"
)

// pgFlags are the flags about the PostgreSQL protocol.
type pgFlags struct {
	listen      string
	connections int
	rows        int
}

// serve answers the PostgreSQL protocol until the returned function is called. Without an address it serves nothing.
func (f *pgFlags) serve(n *node.Node) (stop func(), err error) {
	if f.listen == "" {
		return func() {}, nil
	}
	if f.connections < 1 || f.rows < 0 {
		return nil, fmt.Errorf("--pg-connections %d, --pg-max-rows %d: want at least 1 connection, and 0 rows or more", f.connections, f.rows)
	}
	listener, err := net.Listen("tcp", f.listen)
	if err != nil {
		return nil, fmt.Errorf("%w; choose another address with --pg-listen", err)
	}
	rows := f.rows
	if rows == 0 {
		rows = -1
	}
	s := pgwire.New(n, pgwire.Options{MaxConnections: f.connections, MaxRows: rows, Log: slog.Default()})
	n.CountClients(s.Clients)
	go func() {
		if err := s.Serve(listener); err != nil {
			slog.Error("the server of the PostgreSQL protocol has stopped", "error", err)
		}
	}()
	fmt.Fprintf(os.Stderr, "PostgreSQL protocol on %s\n", listener.Addr())
	return func() { s.Close(stopGrace) }, nil
}
