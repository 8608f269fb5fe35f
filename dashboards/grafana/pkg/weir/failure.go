package weir

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
)

// Kind says on which side of the wire to look.
type Kind string

// The kinds of failure.
const (
	Configuration Kind = "configuration" // the data source's settings
	Network       Kind = "network"
	Timeout       Kind = "timeout"
	TLS           Kind = "tls"
	Unauthorized  Kind = "unauthorized"
	Forbidden     Kind = "forbidden"
	NotWeir       Kind = "not weir" // something else answers there, or another version
	BrokenOff     Kind = "broken off"
	Cancelled     Kind = "cancelled"
)

// Failure is what came instead of an answer of Weir's.
type Failure struct {
	Kind   Kind
	Cause  error
	Advice string // what to do about it; may be empty
}

// Error implements error.
func (f *Failure) Error() string {
	if f.Advice == "" {
		return f.Cause.Error()
	}
	return f.Cause.Error() + "; " + f.Advice
}

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Cause }

// failed says why no answer came.
func (c *Client) failed(ctx context.Context, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(ctx.Err(), context.Canceled) {
		return &Failure{Kind: Cancelled, Cause: fmt.Errorf("cancelled: %w", context.Canceled)}
	}
	if f := c.tlsFailure(err); f != nil {
		return f
	}
	var timeout net.Error
	if errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &timeout) && timeout.Timeout()) {
		return &Failure{Kind: Timeout, Cause: fmt.Errorf("%s did not answer in time: %w", c.base, context.DeadlineExceeded),
			Advice: "narrow the time range, or raise the data source's timeout; if no query comes through, check the address and firewalls"}
	}
	return &Failure{Kind: Network, Cause: fmt.Errorf("%s cannot be reached: %w", c.base, bare(err)), Advice: networkAdvice(err)}
}

// bare is an error without the URL that net/http puts before it.
func bare(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op
	}
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}

func networkAdvice(err error) string {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return "no machine has this name, seen from Grafana: check the URL"
	case strings.Contains(err.Error(), "connection refused"):
		return "nothing listens there: is weir run up, and with --listen on an address that Grafana reaches? 127.0.0.1 is Grafana's own machine or container"
	}
	return "check the address, and that Grafana's machine may reach it"
}

func (c *Client) tlsFailure(err error) *Failure {
	advice := tlsAdvice(err)
	if advice == "" {
		return nil
	}
	return &Failure{Kind: TLS, Cause: fmt.Errorf("TLS with %s: %w", c.base, bare(err)), Advice: advice}
}

// tlsAdvice is empty if the error is none of TLS.
func tlsAdvice(err error) string {
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var verify *tls.CertificateVerificationError
	var alert tls.AlertError
	text := err.Error()
	switch {
	case errors.As(err, &authority):
		return "the certificate is signed by an authority that is not known here: turn on \"With CA cert\" and give the authority's certificate"
	case errors.As(err, &host):
		return "the certificate is for another name: use that name in the URL, or set the server name"
	case errors.As(err, &invalid):
		return "the certificate has expired, or is not one of a server: renew what weir run has in --tls-cert"
	case errors.As(err, &record), strings.Contains(text, "HTTP response to HTTPS client"):
		return "Weir speaks no TLS there: let the URL begin with http://, or run Weir with --tls-cert and --tls-key"
	case errors.As(err, &verify):
		return "the certificate cannot be verified"
	case errors.As(err, &alert), strings.Contains(text, "remote error: tls"):
		return "the server refuses the handshake; if it wants a client's certificate, turn on \"TLS client auth\" and give one"
	}
	return ""
}
