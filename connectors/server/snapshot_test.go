package server

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// tableOf makes a snapshot of rows, which it takes over.
func tableOf(rows arrow.RecordBatch) *Result {
	defer rows.Release()
	reader, err := array.NewRecordReader(rows.Schema(), []arrow.RecordBatch{rows})
	if err != nil {
		panic(err)
	}
	return NewResult(hotColumns, reader, nil)
}

// line reads one line of NDJSON.
func (f *follower) line() string {
	f.t.Helper()
	if !f.scan.Scan() {
		f.t.Fatalf("the stream ended: %v", f.scan.Err())
	}
	return f.scan.Text()
}

func (f *follower) lines(want ...string) {
	f.t.Helper()
	for _, w := range want {
		if got := f.line(); got != w {
			f.t.Errorf("got  %s\nwant %s", got, w)
		}
	}
}

func TestSnapshotJoinsTheChanges(t *testing.T) {
	mem := checked(t)
	b := &fakeBackend{status: sampleStatus(), table: func() (*Result, int64, error) { return tableOf(hotRows(mem, 0, 2)), 8, nil }}
	f := open(t, start(t, b, Options{}).URL+"/v1/views/hot/changes?snapshot=true&progress=true")
	defer f.body.Close()
	stream := b.stream(t)
	for epoch := range int64(3) { // the table has epochs 7 and 8
		stream <- engine.Committed{Epoch: 7 + epoch, Batches: []engine.Batch{{Rows: hotRows(mem, int(epoch), 1), Weights: []int8{-1}}}}
	}
	stream <- engine.Committed{Epoch: 10}
	f.lines(`{"epoch":8,"weight":1,"row":{"window_start":"1970-01-01T00:00:00","channel":"web","bids":0}}`,
		`{"epoch":8,"weight":1,"row":{"window_start":"1970-01-01T00:00:01","channel":"app","bids":1}}`,
		`{"epoch":8,"progress":true}`,
		`{"epoch":9,"weight":-1,"row":{"window_start":"1970-01-01T00:00:02","channel":"web","bids":2}}`,
		`{"epoch":9,"progress":true}`,
		`{"epoch":10,"progress":true}`)
}

// A reader that was too slow gets the table anew, and nothing that the table has.
func TestSnapshotAfterAGap(t *testing.T) {
	mem := checked(t)
	tables := []int64{8, 12}
	b := &fakeBackend{status: sampleStatus()}
	b.table = func() (*Result, int64, error) {
		epoch := tables[0]
		tables = tables[1:]
		return tableOf(hotRows(mem, int(epoch), 1)), epoch, nil
	}
	f := follow(t, start(t, b, Options{}).URL+"/v1/views/hot/changes?snapshot=true")
	defer f.body.Close()
	f.expect(hotSchema)
	f.expect(`event: changes|data: {"epoch":8,"gap":true,"rows":[]}`)
	f.expect(`event: snapshot|data: {"epoch":8,"rows":[[1,"1970-01-01T00:00:08","web",8]]}`)
	f.expect(`event: progress|id: 8|data: {"epoch":8}`)
	stream := b.stream(t)
	stream <- engine.Committed{Epoch: 11, Gap: true, Batches: []engine.Batch{{Rows: hotRows(mem, 0, 3)}}}
	stream <- engine.Committed{Epoch: 12, Batches: []engine.Batch{{Rows: hotRows(mem, 0, 3)}}}
	f.expect(`event: changes|data: {"epoch":12,"gap":true,"rows":[]}`)
	f.expect(`event: snapshot|data: {"epoch":12,"rows":[[1,"1970-01-01T00:00:12","web",12]]}`)
	f.expect(`event: progress|id: 12|data: {"epoch":12}`)
	close(stream)
	f.expect(`event: end|data: {}`)
}

func TestChangesFromAnEpoch(t *testing.T) {
	mem := checked(t)
	b := &fakeBackend{status: sampleStatus(), first: 5, missed: []engine.Committed{{Epoch: 6, Batches: []engine.Batch{{Rows: hotRows(mem, 0, 1)}}}}}
	url := start(t, b, Options{}).URL + "/v1/views/hot/changes"
	f := open(t, url+"?from_epoch=5")
	f.lines(`{"epoch":6,"weight":1,"row":{"window_start":"1970-01-01T00:00:00","channel":"web","bids":0}}`)
	if got := b.asked[0]; got != (engine.Following{View: "hot", After: 5}) {
		t.Errorf("asked for %+v", got)
	}
	close(b.stream(t))
	f.body.Close()

	answer, text := ask(t, "GET", url+"?from_epoch=4", "")
	if answer.StatusCode != http.StatusGone || !strings.Contains(text, "epochs 5 to 7") || !strings.Contains(text, "snapshot=true") {
		t.Errorf("got %d %s", answer.StatusCode, text)
	}
	b.missed = nil
	b.table = func() (*Result, int64, error) { return tableOf(hotRows(mem, 0, 0)), 7, nil }
	f = open(t, url+"?from_epoch=4&snapshot=true")
	f.lines(`{"epoch":7,"gap":true}`, `{"epoch":7,"progress":true}`)
	f.body.Close()
}

func TestChangesParameters(t *testing.T) {
	b := &fakeBackend{status: sampleStatus(), table: func() (*Result, int64, error) { return nil, 0, errors.New("disk gone") }}
	for query, want := range map[string]string{
		"snapshot=yes":   "must be true or false",
		"progress=1":     "must be true or false",
		"from_epoch=-1":  "must be the number of an epoch",
		"from_epoch=now": "must be the number of an epoch",
		"snapshot=true":  "disk gone",
	} {
		if status, text := record(New(b, nil, Options{}), "GET", "/v1/views/hot/changes?"+query); status/100 == 2 || !strings.Contains(text, want) {
			t.Errorf("%s: got %d %s", query, status, text)
		}
	}
	url := start(t, b, Options{}).URL + "/v1/views/hot/changes"
	answer, text := ask(t, "GET", url, "", "Accept", "text/csv")
	if answer.StatusCode != http.StatusNotAcceptable || !strings.Contains(text, "application/x-ndjson") {
		t.Errorf("got %d %s", answer.StatusCode, text)
	}
}

// A table that cannot be read to its end must not look whole.
func TestBrokenSnapshot(t *testing.T) {
	mem := checked(t)
	b := &fakeBackend{status: sampleStatus(), table: func() (*Result, int64, error) {
		rows := hotRows(mem, 0, 1)
		defer rows.Release()
		reader := array.ReaderFromIter(types.Schema(hotColumns), func(yield func(arrow.RecordBatch, error) bool) {
			rows.Retain()
			_ = yield(rows, nil) && yield(nil, errors.New("out of memory"))
		})
		return NewResult(hotColumns, reader, nil), 8, nil
	}}
	f := open(t, start(t, b, Options{}).URL+"/v1/views/hot/changes?snapshot=true")
	defer f.body.Close()
	for f.scan.Scan() {
		if strings.Contains(f.scan.Text(), "progress") {
			t.Error("the table is said to be whole")
		}
	}
	if f.scan.Err() == nil {
		t.Error("the answer has an end")
	}
}

func TestNDJSONHeartbeat(t *testing.T) {
	b := &fakeBackend{status: sampleStatus()}
	f := open(t, start(t, b, Options{Heartbeat: 1}).URL+"/v1/views/hot/changes?progress=true")
	defer f.body.Close()
	b.stream(t) <- engine.Committed{Epoch: 9}
	f.lines(`{"epoch":9,"progress":true}`, `{"epoch":9,"progress":true}`)
}

// A client that comes back while Weir starts must not hear that its view is gone.
func TestChangesWhileStarting(t *testing.T) {
	status, text := record(New(&fakeBackend{ready: ErrStarting}, nil, Options{}), "GET", "/v1/views/hot/changes")
	if status != http.StatusServiceUnavailable || !strings.Contains(text, "starting") {
		t.Errorf("got %d %s", status, text)
	}
}
