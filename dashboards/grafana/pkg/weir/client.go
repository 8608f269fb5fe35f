// Package weir is a client of Weir's HTTP API: SQL with Arrow and JSON answers, the views and their columns, and the changes of a
// view as they commit. It knows nothing of Grafana.
//
//	query.go     POST /v1/sql: Arrow for what people ask, JSON for what streams compare row by row
//	changes.go   GET /v1/views/{view}/changes: commits, cut at their epochs
//	schema.go    GET /v1/schema, and what an older Weir has in its place
//	validate.go  POST /v1/validate
//	views.go     GET /v1/views
//	problem.go   what Weir answers instead of a result
//	failure.go   what came instead of an answer: network, TLS, a proxy
//
// To add a route: a file with its method, and a line above. Every request goes through Client.do, so that no error comes out of here
// that does not say what to do about it.
package weir

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Client asks one Weir. It may be used by several goroutines at once.
type Client struct {
	base  string
	token string
	http  *http.Client
}

// New makes a client for the Weir at base, such as "http://127.0.0.1:8080" or "https://host/weir". Its http.Client has no timeout of its
// own, because streams have no end: contexts bound what has one. An empty token sends none.
func New(base, token string, transport *http.Client) (*Client, error) {
	base = strings.TrimRight(strings.TrimSpace(base), "/")
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, &Failure{Kind: Configuration, Cause: fmt.Errorf("the URL %q is not one of a Weir", base),
			Advice: "give it as http://host:8080 or https://host:8080, as weir run says it when it starts"}
	}
	return &Client{base: base, token: token, http: transport}, nil
}

// Base is where the client asks.
func (c *Client) Base() string { return c.base }

// request is one question.
type request struct {
	method, path string
	accept       string
	contentType  string
	body         io.Reader
	caller       Caller
}

// do sends a request. An answer other than 200 is a *Problem or a *Failure; of a 200 the caller closes the body.
func (c *Client) do(ctx context.Context, r request) (*http.Response, error) {
	hr, err := http.NewRequestWithContext(ctx, r.method, c.base+r.path, r.body)
	if err != nil {
		return nil, fmt.Errorf("weir: %w", err)
	}
	hr.Header.Set("Accept", r.accept)
	if r.contentType != "" {
		hr.Header.Set("Content-Type", r.contentType)
	}
	if c.token != "" {
		hr.Header.Set("Authorization", "Bearer "+c.token)
	}
	r.caller.sign(hr.Header)
	answer, err := c.http.Do(hr)
	if err != nil {
		return nil, c.failed(ctx, err)
	}
	if answer.StatusCode == http.StatusOK {
		return answer, nil
	}
	defer answer.Body.Close()
	return nil, c.refused(answer)
}

// getJSON asks a route that answers one JSON value.
func (c *Client) getJSON(ctx context.Context, path string, into any) error {
	answer, err := c.do(ctx, request{method: http.MethodGet, path: path, accept: "application/json"})
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	return c.decode(ctx, answer, into)
}

// decode reads a JSON answer. One that is no JSON comes from something else than Weir.
func (c *Client) decode(ctx context.Context, answer *http.Response, into any) error {
	err := json.NewDecoder(answer.Body).Decode(into)
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return c.failed(ctx, err)
	}
	return &Failure{Kind: NotWeir, Cause: fmt.Errorf("%s answered %s with no JSON: %w", c.base, answer.Request.URL.Path, err),
		Advice: "is there a proxy or another server at this address? Weir is at the address that weir run prints"}
}
