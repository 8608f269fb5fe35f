package server

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
)

// follower reads a stream of events.
type follower struct {
	t    *testing.T
	body io.ReadCloser
	scan *bufio.Scanner
}

// follow opens a stream of Server-Sent Events.
func follow(t *testing.T, url string, headers ...string) *follower {
	t.Helper()
	return open(t, url, append([]string{"Accept", "text/event-stream"}, headers...)...)
}

// open opens a stream of changes in the format that the header Accept names.
func open(t *testing.T, url string, headers ...string) *follower {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if want := r.Header.Get("Accept"); answer.StatusCode != 200 || want != "" && answer.Header.Get("Content-Type") != want {
		t.Fatalf("got %d %v", answer.StatusCode, answer.Header)
	}
	f := &follower{t: t, body: answer.Body, scan: bufio.NewScanner(answer.Body)}
	f.scan.Buffer(nil, 16<<20)
	return f
}

// next reads one event: its lines, joined by |.
func (f *follower) next() string {
	f.t.Helper()
	var lines []string
	for f.scan.Scan() {
		if f.scan.Text() == "" {
			return strings.Join(lines, "|")
		}
		lines = append(lines, f.scan.Text())
	}
	f.t.Fatalf("the stream ended after %q: %v", lines, f.scan.Err())
	return ""
}

func (f *follower) expect(want string) {
	f.t.Helper()
	if got := f.next(); got != want {
		f.t.Errorf("got  %s\nwant %s", got, want)
	}
}

const hotSchema = `event: schema|data: {"columns":[{"name":"window_start","type":"TIMESTAMP"},{"name":"channel","type":"VARCHAR"},` +
	`{"name":"bids","type":"BIGINT"}]}`

func TestChanges(t *testing.T) {
	mem := checked(t)
	b := &fakeBackend{status: sampleStatus()}
	f := follow(t, start(t, b, Options{}).URL+"/v1/views/hot/changes")
	defer f.body.Close()
	f.expect(hotSchema)
	stream := b.stream(t)

	stream <- engine.Committed{View: "hot", Epoch: 8, Batches: []engine.Batch{{Rows: hotRows(mem, 0, 1)},
		{Rows: hotRows(mem, 1, 2), Weights: []int8{-1, 1}}}}
	f.expect(`event: changes|id: 8|data: {"epoch":8,"gap":false,"rows":[[1,"1970-01-01T00:00:00","web",0],` +
		`[-1,"1970-01-01T00:00:01","web",1],[1,"1970-01-01T00:00:02","app",2]]}`)

	stream <- engine.Committed{View: "hot", Epoch: 9, Gap: true}
	f.expect(`event: changes|id: 9|data: {"epoch":9,"gap":true,"rows":[]}`)

	close(stream)
	f.expect(`event: end|data: {}`)
	eventually(t, func() bool { return b.leavers() == 1 })
}

func TestChangesOfALargeEpoch(t *testing.T) {
	mem := checked(t)
	b := &fakeBackend{status: sampleStatus()}
	f := follow(t, start(t, b, Options{}).URL+"/v1/views/hot/changes")
	defer f.body.Close()
	f.next()
	stream := b.stream(t)
	stream <- engine.Committed{Epoch: 8, Gap: true, Batches: []engine.Batch{{Rows: hotRows(mem, 0, eventRows-1)}, {Rows: hotRows(mem, 0, 2)}}}
	for _, want := range []struct {
		head string
		rows int
	}{{`event: changes|data: {"epoch":8,"gap":true,`, eventRows}, {`event: changes|id: 8|data: {"epoch":8,"gap":false,`, 1}} {
		event := f.next()
		if rows := strings.Count(event, "[1,"); !strings.HasPrefix(event, want.head) || rows != want.rows {
			t.Errorf("got %d rows in %.80s", rows, event)
		}
	}
	close(stream)
	f.expect(`event: end|data: {}`)
}

// A browser that comes back gets what it has missed, or hears that this is not kept any more.
func TestChangesAfterReconnecting(t *testing.T) {
	for id, want := range map[string]string{"5": `event: changes|id: 7|data: {"epoch":7,"gap":true,"rows":[]}`, "7": `event: end|data: {}`} {
		b := &fakeBackend{status: sampleStatus(), first: 6}
		f := follow(t, start(t, b, Options{}).URL+"/v1/views/hot/changes", "Last-Event-ID", id)
		f.expect(hotSchema)
		close(b.stream(t))
		f.expect(want)
		f.body.Close()
	}
}

func TestChangesHeartbeat(t *testing.T) {
	b := &fakeBackend{status: sampleStatus()}
	f := follow(t, start(t, b, Options{Heartbeat: time.Millisecond}).URL+"/v1/views/hot/changes")
	defer f.body.Close()
	f.expect(hotSchema)
	f.expect(`: heartbeat`)
	f.expect(`: heartbeat`)
}

// TestChangesGiveBackWhatIsQueued leaves while batches are on their way: the checked memory would name one that stays.
func TestChangesGiveBackWhatIsQueued(t *testing.T) {
	mem := checked(t)
	b := &fakeBackend{status: sampleStatus()}
	s := start(t, b, Options{})
	f := follow(t, s.URL+"/v1/views/hot/changes")
	f.expect(hotSchema)
	stream := b.stream(t)
	f.body.Close()
	for i := range 8 {
		stream <- engine.Committed{Epoch: int64(i), Batches: []engine.Batch{{Rows: hotRows(mem, 0, 10)}}}
	}
	eventually(t, func() bool { return b.leavers() == 1 })
	s.Close() // waits for the handler
	releaseQueued(stream)
}

type refusing struct{ fakeBackend }

func (*refusing) Subscribe(engine.Following) (*engine.Subscription, error) {
	return nil, errors.New("too many readers")
}

func TestChangesErrors(t *testing.T) {
	if status, text := record(New(&fakeBackend{status: sampleStatus()}, nil, Options{}), "GET", "/v1/views/x/changes"); status != 404 ||
		!strings.Contains(text, `["a/b","hot"]`) {
		t.Errorf("got %d %s", status, text)
	}
	b := &refusing{fakeBackend{status: sampleStatus()}}
	if status, text := record(New(b, nil, Options{}), "GET", "/v1/views/hot/changes"); status != 500 || !strings.Contains(text, "too many") {
		t.Errorf("got %d %s", status, text)
	}
}
