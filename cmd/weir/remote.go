package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/pflag"
	"github.com/weirdb/weir/connectors/access"
)

// remote is a running Weir, as commands reach it.
type remote struct{ url, tokenFile, caCert string }

func (r *remote) add(fs *pflag.FlagSet) {
	fs.StringVar(&r.url, "server", "http://127.0.0.1:8080", "URL of a running Weir")
	fs.StringVar(&r.tokenFile, "token-file", "", "a file with the token that it wants (default the environment's "+tokenVariable+")")
	fs.StringVar(&r.caCert, "ca-cert", "", "a file with the certificate of who issued its own, in PEM (default those that the system trusts)")
}

// request makes a request to a path, with the token.
func (r *remote) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	if at, err := url.Parse(r.url); err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" {
		return nil, fmt.Errorf("--server %s: want a URL, such as http://127.0.0.1:8080", r.url)
	}
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(r.url, "/")+path, body)
	if err != nil {
		return nil, err
	}
	token, err := access.ReadToken(r.tokenFile, os.Getenv(tokenVariable))
	if err != nil {
		return nil, err
	}
	if token != nil {
		request.Header.Set("Authorization", "Bearer "+token.String())
	}
	return request, nil
}

// do sends a request. Its errors name the address.
func (r *remote) do(request *http.Request) (*http.Response, error) {
	client, err := r.client()
	if err != nil {
		return nil, err
	}
	response, err := client.Do(request)
	var unsent *url.Error
	var stranger *tls.CertificateVerificationError
	if errors.As(err, &unsent) {
		err = fmt.Errorf("%s: %w", unsent.URL, unsent.Err)
	}
	if errors.As(err, &stranger) {
		err = fmt.Errorf("%w (--ca-cert names the certificate of who issued the server's)", err)
	}
	return response, err
}

// client trusts who issued the server's certificate.
func (r *remote) client() (*http.Client, error) {
	if r.caCert == "" {
		return http.DefaultClient, nil
	}
	read, err := os.ReadFile(r.caCert)
	if err != nil {
		return nil, fmt.Errorf("--ca-cert: %w", err)
	}
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM(read) {
		return nil, fmt.Errorf("--ca-cert: there is no certificate in PEM in %s", r.caCert)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: trusted}
	return &http.Client{Transport: transport}, nil
}
