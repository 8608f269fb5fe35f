// Package httpout sends HTTP requests that may come twice: each carries an idempotency key, by which a receiver knows what it has seen. A sink
// that gets an error is called again by the engine; who sends waits before that, longer each time, or as long as the receiver asks.
//
//	sink ─► Poster.Send ─► 2xx                      done
//	                    └► anything else, no answer  error; the next call waits: 1 s, 2 s, … 1 min, or Retry-After
package httpout

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/weirdb/weir/engine"
)

// KeyHeader is the header of the idempotency key, as many APIs have it.
const KeyHeader = "Idempotency-Key"

// The options of connectors that post. Most have all of them.
var (
	URLOption     = engine.Option{Name: "url", Secret: true, Required: true, Doc: "Where to post, such as 'https://example.com/hook'."}
	HeadersOption = engine.Option{Name: "headers", Secret: true, Doc: "Headers of the requests, separated by semicolons, such as 'Authorization: Bearer ${TOKEN}; X-Team: shop'."}
	TimeoutOption = engine.Option{Name: "timeout", Kind: engine.Duration, Default: "10 seconds", Doc: "How long an answer may take."}
	Options       = []engine.Option{URLOption, HeadersOption, TimeoutOption}
)

// Request is one request.
type Request struct {
	Method      string // POST if empty
	URL         string
	ContentType string // application/json if empty
	Body        []byte
	Key         string // the idempotency key
}

// Poster sends requests. One goroutine uses it.
type Poster struct {
	client  *http.Client
	headers http.Header
	pause   *Pause
}

// New makes a poster of the options that a sink was given.
func New(o engine.Options) (*Poster, error) {
	headers, err := parseHeaders(o["headers"])
	if err != nil {
		return nil, err
	}
	if o.Duration("timeout") <= 0 {
		return nil, fmt.Errorf("option timeout = '%s': want a duration above 0", o["timeout"])
	}
	return &Poster{client: &http.Client{Timeout: o.Duration("timeout")}, headers: headers, pause: NewPause()}, nil
}

// CheckURL wants an address of HTTP.
func CheckURL(option, text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("option %s is no address such as 'https://example.com/hook'", option) // which may hold a secret
	}
	return nil
}

// parseHeaders reads 'Name: value; Name: value'.
func parseHeaders(text string) (http.Header, error) {
	out := http.Header{}
	for part := range strings.SplitSeq(text, ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		name, value, ok := strings.Cut(part, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, fmt.Errorf("option headers is no list such as 'Name: value; Name: value'")
		}
		out.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	return out, nil
}

// Send sends a request, and returns once the receiver has taken it. It first waits for as long as earlier failures ask.
func (p *Poster) Send(ctx context.Context, r Request) error {
	if err := p.pause.Wait(ctx); err != nil {
		return err
	}
	again, err := p.try(ctx, r)
	if err != nil {
		p.pause.Failed(again)
		return err
	}
	p.pause.Well()
	return nil
}

// try sends a request once. With an error it returns how long the receiver asks to wait; 0 if it does not say.
func (p *Poster) try(ctx context.Context, r Request) (again time.Duration, err error) {
	request, err := p.request(ctx, r)
	if err != nil {
		return 0, err
	}
	answer, err := p.client.Do(request)
	if err != nil {
		return 0, fmt.Errorf("post to %s: %w", request.URL.Host, cause(err))
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, maxAnswer)) // it only explains
	if answer.StatusCode/100 == 2 {
		return 0, nil
	}
	return retryAfter(answer.Header.Get("Retry-After")), fmt.Errorf("post to %s: %s: %s", request.URL.Host, answer.Status, strings.TrimSpace(string(text)))
}

// maxAnswer is how much of a refusal is told.
const maxAnswer = 500

func (p *Poster) request(ctx context.Context, r Request) (*http.Request, error) {
	method, content := r.Method, r.ContentType
	if method == "" {
		method = http.MethodPost
	}
	if content == "" {
		content = "application/json"
	}
	request, err := http.NewRequestWithContext(ctx, method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, cause(err)
	}
	for name, values := range p.headers {
		request.Header[name] = values
	}
	request.Header.Set("Content-Type", content)
	request.Header.Set("User-Agent", "weir")
	if r.Key != "" {
		request.Header.Set(KeyHeader, r.Key)
	}
	return request, nil
}

// cause is an error without the address, which may hold a secret.
func cause(err error) error {
	if failed, ok := err.(*url.Error); ok {
		return failed.Err
	}
	return err
}

// retryAfter reads the header: seconds, or a date.
func retryAfter(text string) time.Duration {
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return time.Duration(n) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return time.Until(at)
	}
	return 0
}
