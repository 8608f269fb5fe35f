package main

import (
	"fmt"
	"log/slog"
	"net"
	"os"

	"github.com/spf13/pflag"
	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/connectors/flightsql"
)

// flightFlags are the flags about Arrow Flight SQL.
type flightFlags struct {
	listen      string
	connections int
}

func (f *flightFlags) add(fs *pflag.FlagSet) {
	fs.StringVar(&f.listen, "flight-listen", "", "address of Arrow Flight SQL, such as 127.0.0.1:32010, for ADBC, JDBC and Arrow's libraries; none unless given")
	fs.IntVar(&f.connections, "flight-connections", 100, "connections of Flight SQL at the same time")
}

// serve answers Flight SQL until the returned function is called. Without an address it serves nothing.
func (f *flightFlags) serve(n *node.Node, g *guard, limits *queryLimits) (stop func(), err error) {
	if f.listen == "" {
		return func() {}, nil
	}
	if f.connections < 1 {
		return nil, fmt.Errorf("--flight-connections %d: want at least 1", f.connections)
	}
	s, err := flightsql.New(n, flightsql.Options{Version: version, MaxConnections: f.connections, MaxRows: limits.any(), QueryTimeout: limits.timeout,
		Token: g.token, TLS: g.tls(), Log: slog.Default()})
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", f.listen)
	if err != nil {
		return nil, fmt.Errorf("%w; choose another address with --flight-listen", err)
	}
	n.CountFlightClients(s.Clients)
	go func() {
		if err := s.Serve(listener); err != nil {
			slog.Error("the server of Flight SQL has stopped", "error", err)
		}
	}()
	fmt.Fprintf(os.Stderr, "Flight SQL on %s\n", listener.Addr())
	return func() { s.Close(stopGrace) }, nil
}
