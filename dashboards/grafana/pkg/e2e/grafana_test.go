package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/weirdb/weir/dashboards/grafana/pkg/plugin"
)

// grafana does with the data source what Grafana's server does: it runs each channel once for all its subscribers.
type grafana struct {
	t    *testing.T
	ds   *plugin.Datasource
	mu   sync.Mutex
	runs map[string]*channel
	all  sync.WaitGroup
}

// channel is one channel of Grafana Live with its subscribers.
type channel struct {
	mu     sync.Mutex
	panels []*panel
	stop   context.CancelFunc
}

func (w *weir) grafana() *grafana { return w.grafanaAt(w.address) }

// grafanaAt reaches Weir at an address of its own.
func (w *weir) grafanaAt(address string) *grafana {
	w.t.Helper()
	made, err := plugin.New(context.Background(), backend.DataSourceInstanceSettings{UID: "weir", Type: plugin.ID, URL: "http://" + address, JSONData: []byte(`{}`)})
	if err != nil {
		w.t.Fatal(err)
	}
	g := &grafana{t: w.t, ds: made.(*plugin.Datasource), runs: map[string]*channel{}}
	w.t.Cleanup(g.close)
	return g
}

func (g *grafana) close() {
	g.mu.Lock()
	for _, c := range g.runs {
		c.stop()
	}
	g.mu.Unlock()
	g.all.Wait()
	g.ds.Dispose()
}

// query runs one query over a wide time range.
func (g *grafana) query(model map[string]any) backend.DataResponse {
	g.t.Helper()
	text, err := json.Marshal(model)
	if err != nil {
		g.t.Fatal(err)
	}
	out, err := g.ds.QueryData(context.Background(), &backend.QueryDataRequest{Queries: []backend.DataQuery{{RefID: "A", JSON: text, Interval: time.Second,
		TimeRange: backend.TimeRange{From: base, To: base.Add(24 * time.Hour)}}}})
	if err != nil {
		g.t.Fatal(err)
	}
	return out.Responses["A"]
}

// base is when the tests' events begin.
var base = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

// panel is a panel in a browser: it adds the packets of its channel to the rows of its query, or replaces them.
type panel struct {
	mu       sync.Mutex
	replaces bool
	rows     []string
	packets  int
	channel  string
}

// open loads a live panel.
func (g *grafana) open(model map[string]any) *panel {
	g.t.Helper()
	model["live"] = true
	r := g.query(model)
	if r.Error != nil {
		g.t.Fatal(r.Error)
	}
	f := r.Frames[0]
	if f.Meta.Channel == "" {
		g.t.Fatalf("it is not live: %+v", f.Meta.Notices)
	}
	path := strings.TrimPrefix(f.Meta.Channel, "ds/weir/")
	p := &panel{replaces: strings.HasPrefix(path, "state/"), channel: path}
	p.take(g.t, f, data.IncludeAll)
	p.packets = 0
	g.subscribe(path, p)
	return p
}

func (g *grafana) subscribe(path string, p *panel) {
	g.t.Helper()
	answer, err := g.ds.SubscribeStream(context.Background(), &backend.SubscribeStreamRequest{Path: path})
	if err != nil || answer.Status != backend.SubscribeStreamStatusOK {
		g.t.Fatalf("subscribe %s: %+v %v", path, answer, err)
	}
	if answer.InitialData != nil {
		p.push(g.t, answer.InitialData.Data())
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.runs[path]
	if c == nil {
		c = &channel{}
		g.runs[path] = c
		g.run(path, c)
	}
	time.Sleep(20 * time.Millisecond) // Grafana adds a subscriber to its channel after all that
	c.mu.Lock()
	c.panels = append(c.panels, p)
	c.mu.Unlock()
}

// run runs a channel as Grafana does: again, when it ends with an error.
func (g *grafana) run(path string, c *channel) {
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	g.all.Go(func() {
		for ctx.Err() == nil {
			if err := g.ds.RunStream(ctx, &backend.RunStreamRequest{Path: path}, backend.NewStreamSender(sender{g.t, c})); err != nil {
				g.t.Logf("run %s: %v", path, err)
			}
			time.Sleep(100 * time.Millisecond)
		}
	})
}

// sender publishes packets to a channel's subscribers.
type sender struct {
	t *testing.T
	c *channel
}

func (s sender) Send(packet *backend.StreamPacket) error {
	s.c.mu.Lock()
	defer s.c.mu.Unlock()
	for _, p := range s.c.panels {
		p.push(s.t, packet.Data)
	}
	return nil
}

func (p *panel) take(t *testing.T, f *data.Frame, include data.FrameInclude) {
	packet, err := data.FrameToJSON(f, include)
	if err != nil {
		t.Fatal(err)
	}
	p.push(t, packet)
}

// push does what StreamingDataFrame does in the browser, as far as values go.
func (p *panel) push(t *testing.T, packet []byte) {
	var body struct {
		Data struct{ Values [][]json.RawMessage }
	}
	if err := json.Unmarshal(packet, &body); err != nil {
		t.Error(err)
		return
	}
	var rows []string
	for i := range lenOf(body.Data.Values) {
		var cells []string
		for _, column := range body.Data.Values {
			cells = append(cells, string(column[i]))
		}
		rows = append(rows, strings.Join(cells, " "))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.packets++
	switch {
	case len(rows) == 0: // browsers pass over these
	case p.replaces:
		p.rows = rows
	default:
		p.rows = append(p.rows, rows...)
	}
}

func lenOf(values [][]json.RawMessage) int {
	if len(values) == 0 {
		return 0
	}
	return len(values[0])
}

func (p *panel) sorted() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := append([]string{}, p.rows...)
	sort.Strings(out)
	return out
}

// same waits until the panel has exactly some rows.
func (p *panel) same(t *testing.T, what string, want []string) {
	t.Helper()
	sort.Strings(want)
	var got []string
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if got = p.sorted(); fmt.Sprint(got) == fmt.Sprint(want) {
			return
		}
		if time.Now().After(end) || len(got) > len(want) && !p.replaces {
			break
		}
	}
	t.Errorf("%s (%s): %d rows, want %d\nnot wanted: %v\nmissing: %v", what, p.channel, len(got), len(want), minus(got, want), minus(want, got))
}

// minus are the rows of one list that another has not, each as often as it is there.
func minus(a, b []string) []string {
	count := map[string]int{}
	for _, r := range b {
		count[r]++
	}
	var out []string
	for _, r := range a {
		if count[r]--; count[r] < 0 {
			out = append(out, r)
		}
	}
	return out
}
