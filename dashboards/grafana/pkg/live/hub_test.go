package live

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

// fakeWeir has one view without rows, and counts those who follow it.
type fakeWeir struct {
	following, ever atomic.Int32
	starting        atomic.Int32 // how often it says first that it is starting
}

func (f *fakeWeir) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/v1/sql" {
		_, _ = io.WriteString(w, `{"columns":[{"name":"weir epoch","type":"BIGINT"},{"name":"weir row","type":"BIGINT"},{"name":"n","type":"BIGINT"}],"rows":[[7,null,null]]}`)
		return
	}
	if f.starting.Add(-1) >= 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `{"error":{"message":"weir is starting","code":"starting"}}`)
		return
	}
	f.ever.Add(1)
	f.following.Add(1)
	defer f.following.Add(-1)
	fmt.Fprint(w, "event: schema\ndata: {\"columns\":[{\"name\":\"n\",\"type\":\"BIGINT\"}]}\n\n")
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

// All channels of a view share one connection, and it ends with the last of them.
func TestOneConnection(t *testing.T) {
	f := &fakeWeir{}
	s := httptest.NewServer(f)
	defer s.Close()
	client, err := weir.New(s.URL, "", s.Client())
	if err != nil {
		t.Fatal(err)
	}
	h, view := NewHub(client), &weir.View{Name: "v", Columns: []weir.Column{{Name: "n", Type: "BIGINT"}}}
	for _, where := range []string{"", "n = 1", "n = 2"} {
		p, err := Of(view, nil, Path{Format: Table, Where: where})
		if err != nil {
			t.Fatal(err)
		}
		opened, err := h.OpenTail(context.Background(), view, p, "", time.Time{}, weir.Caller{})
		if err != nil || opened.Path.After != 7 || opened.Rows != 0 {
			t.Fatal(opened, err)
		}
	}
	w, err := h.watch(context.Background(), "v")
	if err != nil || len(h.tails) != 3 || f.ever.Load() != 1 {
		t.Fatalf("%d channels have %d connections, %v", len(h.tails), f.ever.Load(), err)
	}
	w.close()
	if f.following.Load() != 1 {
		t.Error("the connection has ended while channels are there")
	}
	h.Close()
	for end := time.Now().Add(time.Minute); f.following.Load() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the connection goes on without a channel")
		}
	}
}

// A panel that is loaded while Weir starts is live.
func TestWatchWaitsForStart(t *testing.T) {
	f := &fakeWeir{}
	f.starting.Store(3)
	s := httptest.NewServer(f)
	defer s.Close()
	client, err := weir.New(s.URL, "", s.Client())
	if err != nil {
		t.Fatal(err)
	}
	h := NewHub(client)
	defer h.Close()
	w, err := h.watch(context.Background(), "v")
	if err != nil {
		t.Fatal(err)
	}
	w.close()
	f.starting.Store(1_000_000)
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if _, err := h.watch(ctx, "v"); err == nil || !strings.Contains(err.Error(), "weir is starting") {
		t.Errorf("while Weir goes on starting: %v", err)
	}
}
