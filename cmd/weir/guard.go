package main

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"os"

	"github.com/spf13/pflag"
	"github.com/weirdb/weir/connectors/access"
)

// tokenVariable is the environment variable that a token may stand in, instead of a file.
const tokenVariable = "WEIR_TOKEN"

// accessFlags are the flags about who may reach the servers.
type accessFlags struct{ tokenFile, cert, key string }

func (f *accessFlags) add(fs *pflag.FlagSet) {
	fs.StringVar(&f.tokenFile, "token-file", "", "a file with a token that clients must give: over HTTP and Flight SQL as Bearer, over the PostgreSQL protocol as the password (default the environment's "+tokenVariable+"; none if that is not set either)")
	fs.StringVar(&f.cert, "tls-cert", "", "a file with a certificate and those of its issuers, in PEM: all servers answer over TLS then, and HTTP as https. It is read again when it changes")
	fs.StringVar(&f.key, "tls-key", "", "a file with the certificate's key, in PEM")
}

// guard is who may reach the servers. The zero value lets everybody in, without TLS.
type guard struct {
	token       *access.Token
	certificate *access.Certificate
}

func (f *accessFlags) guard() (g *guard, err error) {
	g = &guard{}
	if g.token, err = access.ReadToken(f.tokenFile, os.Getenv(tokenVariable)); err != nil {
		return nil, err
	}
	g.certificate, err = access.ReadCertificate(f.cert, f.key, slog.Default())
	return g, err
}

// tls is how connections are secured; nil for not at all.
func (g *guard) tls() *tls.Config {
	if g.certificate == nil {
		return nil
	}
	return g.certificate.Config()
}

// scheme is how URLs of the HTTP API begin.
func (g *guard) scheme() string {
	if g.certificate == nil {
		return "http"
	}
	return "https"
}

// serveHTTP answers until the server is closed.
func (g *guard) serveHTTP(s *http.Server, l net.Listener) error {
	if g.certificate == nil {
		return s.Serve(l)
	}
	s.TLSConfig = g.tls()
	return s.ServeTLS(l, "", "")
}
