package httpout

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirdb/weir/engine"
)

func options(t *testing.T, more map[string]string) engine.Options {
	t.Helper()
	more["url"] = "http://127.0.0.1"
	o, err := engine.Validate(more, Options)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestSend(t *testing.T) {
	var got *http.Request
	var body string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got, body = r, string(b)
	}))
	defer server.Close()
	p, err := New(options(t, map[string]string{"headers": "Authorization: Bearer x; X-Team: shop"}))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Send(context.Background(), Request{URL: server.URL + "/a", Body: []byte(`{}`), Key: "k1"}); err != nil {
		t.Fatal(err)
	}
	h := got.Header
	if got.Method != "POST" || body != "{}" || h.Get(KeyHeader) != "k1" || h.Get("Authorization") != "Bearer x" || h.Get("X-Team") != "shop" ||
		h.Get("Content-Type") != "application/json" {
		t.Errorf("%s %s %v", got.Method, body, h)
	}
}

// TestRefusal: the error tells what the receiver says, and not the address, which may hold a secret.
func TestRefusal(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		http.Error(w, "no such channel", http.StatusNotFound)
	}))
	defer server.Close()
	p, err := New(options(t, map[string]string{}))
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.try(context.Background(), Request{URL: server.URL + "/secret"})
	if again != 7*time.Second || err == nil || !strings.HasSuffix(err.Error(), "404 Not Found: no such channel") || strings.Contains(err.Error(), "secret") {
		t.Errorf("%s, %v", again, err)
	}
	server.Close()
	if _, err = p.try(context.Background(), Request{URL: server.URL + "/secret"}); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("no server: %v", err)
	}
}

// TestPause: pauses grow with failures, are as long as the receiver asks, and end with the first that goes well.
func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, began := NewPause(), time.Now()
		waited := func() time.Duration {
			before := time.Now()
			if err := p.Wait(context.Background()); err != nil {
				t.Fatal(err)
			}
			return time.Since(before)
		}
		if got := waited(); got != 0 {
			t.Errorf("waited %s before the first failure", got)
		}
		longest := time.Duration(0)
		for range 20 {
			p.Failed(0)
			longest = max(longest, waited())
		}
		if longest < maxPause/2 || longest > 2*maxPause {
			t.Errorf("the longest pause is %s", longest)
		}
		p.Failed(10 * time.Minute)
		if got := waited(); got != 10*time.Minute {
			t.Errorf("waited %s where 10 minutes were asked for", got)
		}
		p.Failed(100 * time.Hour)
		if got := waited(); got != maxAskedFor {
			t.Errorf("waited %s", got)
		}
		p.Well()
		if got := waited(); got != 0 || began.Equal(time.Now()) {
			t.Errorf("waited %s after what went well", got)
		}
		p.Failed(0)
		if got := waited(); got > 2*firstPause {
			t.Errorf("the first pause after it is %s", got)
		}
		p.Failed(0)
		ctx, stop := context.WithCancel(context.Background())
		stop()
		if err := p.Wait(ctx); err == nil {
			t.Error("waits for a context that is done")
		}
	})
}

func TestMistakes(t *testing.T) {
	for given, want := range map[string]string{"x": "Name: value", ": x": "Name: value"} {
		if _, err := New(options(t, map[string]string{"headers": given})); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", given, err)
		}
	}
	if _, err := New(options(t, map[string]string{"timeout": "0 seconds"})); err == nil {
		t.Error("no timeout")
	}
	for _, text := range []string{"", "example.com", "ftp://a/b", "http://", "://"} {
		if err := CheckURL("url", text); err == nil {
			t.Errorf("%q is no address", text)
		}
	}
	if err := CheckURL("url", "http://a/b?c=d"); err != nil {
		t.Error(err)
	}
}
