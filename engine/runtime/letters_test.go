package runtime

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// pairFormat decodes records such as "7 1000", a key and a time, that begin with a prefix.
type pairFormat struct{ prefix string }

func (p *pairFormat) NewDecoder(columns []types.Field) (engine.Decoder, error) {
	return &pairDecoder{p, columns}, nil
}

type pairDecoder struct {
	format  *pairFormat
	columns []types.Field
}

func (d *pairDecoder) Decode(records []engine.Record) (engine.Decoded, error) {
	var out engine.Decoded
	var events []event
	for i, r := range records {
		var e event
		if _, err := fmt.Sscanf(string(r.Value), d.format.prefix+"%d %d", &e.key, &e.at); err != nil {
			out.Rejects = append(out.Rejects, engine.Reject{Record: i, Reason: "no pair"})
			continue
		}
		events, out.Record = append(events, e), append(out.Record, int32(i))
	}
	out.Rows = rowsOf(d.columns, events)
	return out, nil
}

// letterEngine reads records that a test hands it, and commits when it is told to.
func letterEngine(t *testing.T, store *fakeStore, format *pairFormat, queries ...engine.Query) *Engine {
	t.Helper()
	c := config(store, &fakeSource{partitions: map[string][]event{"0": nil}, live: true}, 2, queries...)
	c.Bounded, c.Letters, c.Sources[0].Format = false, store, format
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := openAll(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.close() })
	return e
}

// feed has the engine read records of partition 0 from a position on, and commit.
func feed(t *testing.T, e *Engine, from int64, values ...string) {
	t.Helper()
	f := engine.Fetch{Partition: "0", Next: from + int64(len(values))}
	for i, v := range values {
		f.Records = append(f.Records, engine.Record{Offset: from + int64(i), Value: []byte(v)})
	}
	e.round(e.receive(nil, e.sources[0], polled{fetches: []engine.Fetch{f}, partitions: []string{"0"}}, time.Now()))
	if err := errors.Join(e.endEpoch(t.Context()), e.awaitCommit()); err != nil {
		t.Fatal(err)
	}
}

// replay gives all letters of the store again.
func replay(t *testing.T, e *Engine, store *fakeStore) []engine.Replayed {
	t.Helper()
	out, err := e.redeliver(t.Context(), slices.Clone(store.letters))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func wantViews(t *testing.T, store *fakeStore, offset int64, want ...string) {
	t.Helper()
	if got := store.letterAt(offset).Views; !slices.Equal(got, want) {
		t.Errorf("letter %d is lacked by %q, want %q", offset, got, want)
	}
}

// TestReplayGivesLettersToThoseThatLackThem: one that comes later, and has read the record as it is decoded now, gets none.
func TestReplayGivesLettersToThoseThatLackThem(t *testing.T) {
	store, format := newFakeStore(), &pairFormat{}
	e := letterEngine(t, store, format, countQuery("a"))
	feed(t, e, 0, "1 10", "odd:2 20", "odd:3 30")
	wantViews(t, store, 1, "a")
	for range 2 {
		for _, r := range replay(t, e, store) {
			if r.Problem != "no pair" || len(r.Given) > 0 {
				t.Errorf("replayed %+v", r)
			}
		}
	}
	wantViews(t, store, 1, "a")
	wantRows(t, store, "a", "1 1 ")

	e = letterEngine(t, store, &pairFormat{"odd:"}, countQuery("a"), countQuery("b"))
	feed(t, e, 0, "1 10", "odd:2 20", "odd:3 30") // b reads from the beginning
	wantRows(t, store, "b", "2 1 ", "3 1 ")
	wantViews(t, store, 0, "b")
	before := e.queries[0].watermark()
	for _, r := range replay(t, e, store) {
		if odd := r.Letter.Offset > 0; odd != (r.Problem == "") {
			t.Errorf("replayed %+v", r)
		}
	}
	if n := len(replay(t, e, store)); n != len(store.letters) {
		t.Errorf("%d letters in the second replay", n)
	}
	wantRows(t, store, "a", "1 1 ", "2 1 ", "3 1 ")
	wantRows(t, store, "b", "2 1 ", "3 1 ")
	wantViews(t, store, 1)
	wantViews(t, store, 0, "b")
	if got := e.queries[0].watermark(); got != before {
		t.Errorf("watermark %d, want %d as before", got, before)
	}
}

// TestReplayAndCrash: a commit that does not take place leaves the letter as it was, with the rows of it.
func TestReplayAndCrash(t *testing.T) {
	store := newFakeStore()
	e := letterEngine(t, store, &pairFormat{}, countQuery("a"))
	feed(t, e, 0, "1 10", "odd:2 20")
	e = letterEngine(t, store, &pairFormat{"odd:"}, countQuery("a"))
	store.crashAt = store.cp.Epoch + 1
	ctx := t.Context()
	e.stopping = closedChannel()
	if _, err := e.redeliver(ctx, slices.Clone(store.letters)); !errors.Is(err, errCrash) {
		t.Fatalf("error %v", err)
	}
	wantRows(t, store, "a", "1 1 ")
	wantViews(t, store, 1, "a")
	store.crashAt = 0
	e = letterEngine(t, store, &pairFormat{"odd:"}, countQuery("a"))
	replay(t, e, store)
	wantRows(t, store, "a", "1 1 ", "2 1 ")
	wantViews(t, store, 1)
}

func closedChannel() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// TestReplayThatFails: an expression that fails on a letter makes it dead again for that view, which goes on; an operator that fails stops
// its view, as on any record, and what was committed before stays.
func TestReplayThatFails(t *testing.T) {
	store := newFakeStore()
	strict := countQuery("strict")
	strict.Inputs[0].New = func(int) ([]engine.Operator, error) { return []engine.Operator{refuser{}}, nil }
	queries := []engine.Query{strict, countQuery("a")}
	e := letterEngine(t, store, &pairFormat{}, queries...)
	feed(t, e, 0, "odd:-7 10", "odd:-1 20")
	e = letterEngine(t, store, &pairFormat{"odd:"}, queries...)
	feed(t, e, 2, "odd:5 20")
	replayed, err := e.redeliver(t.Context(), slices.Clone(store.letters[:1]))
	if err != nil || len(replayed) != 1 || replayed[0].Problem != "view strict: key is negative" || !slices.Equal(replayed[0].Given, []string{"a"}) {
		t.Errorf("%v, replayed %+v", err, replayed)
	}
	wantViews(t, store, 0, "strict")
	wantRows(t, store, "a", "-7 1 ", "5 1 ")
	wantRows(t, store, "strict", "5 1 ")
	replayed, err = e.redeliver(t.Context(), slices.Clone(store.letters[1:]))
	if err != nil || len(replayed) != 1 || !strings.Contains(replayed[0].Problem, "query a: ") || len(replayed[0].Given) > 0 {
		t.Errorf("%v, replayed %+v", err, replayed)
	}
	wantViews(t, store, 1, "strict", "a")
	if !replayed[0].Stopped {
		t.Error("it does not say that a view has stopped")
	}
	if !e.queries[0].running() || e.queries[1].running() {
		t.Error("view strict does not run, or view a does")
	}
	if got := replay(t, e, store)[1].Problem; !strings.Contains(got, "view a has stopped: ") {
		t.Errorf("problem %q", got)
	}
}

// TestReplayThatFailsForAnother: a letter that was given beside the one on which its view stopped may be given alone.
func TestReplayThatFailsForAnother(t *testing.T) {
	store := newFakeStore()
	e := letterEngine(t, store, &pairFormat{}, countQuery("a"))
	feed(t, e, 0, "odd:7 10", "odd:-1 20")
	e = letterEngine(t, store, &pairFormat{"odd:"}, countQuery("a"))
	for _, r := range replay(t, e, store) {
		if !r.Stopped || !strings.HasPrefix(r.Problem, engine.GivenTogether) {
			t.Errorf("replayed %+v", r)
		}
	}
	e = letterEngine(t, store, &pairFormat{"odd:"}, countQuery("a"))
	for i, want := range []string{"", "query a: key is negative"} {
		if got, err := e.redeliver(t.Context(), store.letters[i:i+1]); err != nil || got[0].Problem != want {
			t.Errorf("%v, replayed %+v, want problem %q", err, got, want)
		}
	}
}

// refuser fails on negative keys.
type refuser struct{}

func (refuser) Process(_ int, b engine.Batch, out engine.Emitter) error {
	if b.Rows.Column(0).ValueStr(0)[0] == '-' {
		return errors.New("key is negative")
	}
	return out.Emit(b)
}

func (refuser) Advance(engine.Time, engine.Emitter) error { return nil }

// TestReplayWhilePausedOrEnded: views that are paused keep lacking the letter; those whose source has ended, or is paused, get it.
func TestReplayWhilePausedOrEnded(t *testing.T) {
	store := newFakeStore()
	e := letterEngine(t, store, &pairFormat{}, countQuery("a"), countQuery("b"))
	feed(t, e, 0, "odd:1 10")
	c := e.config
	c.Sources = slices.Clone(c.Sources)
	c.Sources[0].Format, c.Sources[0].Paused = &pairFormat{"odd:"}, true
	c.Views = map[string]ViewInfo{"b": {Paused: true}}
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := openAll(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if got := replay(t, e, store); got[0].Problem != "view b is paused" {
		t.Errorf("replayed %+v", got)
	}
	wantRows(t, store, "a", "1 1 ")
	wantViews(t, store, 0, "b")

	e = letterEngine(t, store, &pairFormat{"odd:"}, countQuery("a"), countQuery("b"))
	e.sources[0].ended = true
	e.round(nil)
	if got := replay(t, e, store); got[0].Problem != "" {
		t.Errorf("replayed %+v", got)
	}
	wantRows(t, store, "b", "1 1 ")
}

// TestReplayOfWhatWasTooFarAhead: once given to its views, it is refused to nobody who reads it later.
func TestReplayOfWhatWasTooFarAhead(t *testing.T) {
	store := newFakeStore()
	open := func(seconds int64, queries ...engine.Query) *Engine {
		e := letterEngine(t, store, &pairFormat{}, queries...)
		e.config.Now, e.sources[0].MaxFuture = at(seconds), time.Second
		return e
	}
	records := []string{"1 10000000", fmt.Sprintf("2 %d", 50*second)}
	e := open(10, countQuery("a"))
	feed(t, e, 0, records...)
	if got := replay(t, e, store); !strings.HasPrefix(got[0].Problem, engine.TooFarAhead) {
		t.Errorf("replayed %+v", got)
	}
	e = open(60, countQuery("a"), countQuery("b"))
	feed(t, e, 0, records...)
	wantRows(t, store, "b", "1 1 ")
	wantViews(t, store, 1, "a", "b")
	replay(t, e, store)
	wantRows(t, store, "a", "1 1 ", "2 1 ")
	wantRows(t, store, "b", "1 1 ", "2 1 ")
	e = open(60, countQuery("a"), countQuery("b"), countQuery("c"))
	feed(t, e, 0, records...)
	wantRows(t, store, "c", "1 1 ", "2 1 ")
	wantRows(t, store, "b", "1 1 ", "2 1 ")
}

// TestReplayToASuccessor: a query that reads the source beside the others has letters under the source's own name, and is given them.
func TestReplayToASuccessor(t *testing.T) {
	store := newFakeStore()
	open := func(prefix string) *Engine {
		next := countQuery("a (backfill)")
		next.Inputs[0].Source = "s (aside)"
		c := config(store, &fakeSource{partitions: map[string][]event{"0": nil}, live: true}, 1, countQuery("a"), next)
		c.Bounded, c.Sources[0].Format = false, &pairFormat{prefix}
		aside := c.Sources[0]
		aside.Name, aside.Of = "s (aside)", "s"
		c.Sources = append(c.Sources, aside)
		e, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := openAll(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = e.close() })
		return e
	}
	e := open("")
	feed(t, e, 0, "odd:1 10")
	e.sources[0], e.sources[1] = e.sources[1], e.sources[0] // the one aside is fed
	feed(t, e, 0, "odd:1 10")
	wantViews(t, store, 0, "a", "a (backfill)")
	if store.letters[0].Source != "s" || len(store.letters) != 1 {
		t.Errorf("letters %+v", store.letters)
	}
	e = open("odd:")
	if got := replay(t, e, store); got[0].Problem != "" {
		t.Errorf("replayed %+v", got)
	}
	wantRows(t, store, "a", "1 1 ")
	wantRows(t, store, "a (backfill)", "1 1 ")
}

// TestReplayByTheLoop: what is asked for while Run runs is answered, and when it has ended, that is said.
func TestReplayByTheLoop(t *testing.T) {
	store := newFakeStore()
	e := letterEngine(t, store, &pairFormat{}, countQuery("a"))
	feed(t, e, 0, "odd:1 10")
	c := e.config
	c.Sources = slices.Clone(c.Sources)
	c.Sources[0].Format = &pairFormat{"odd:"}
	ctx, stop := context.WithCancel(t.Context())
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	replayed, err := e.Replay(t.Context(), store.letters)
	if err != nil || len(replayed) != 1 || replayed[0].Problem != "" {
		t.Errorf("%v, replayed %+v", err, replayed)
	}
	if stop(); <-ended != nil {
		t.Fatal("the engine has failed")
	}
	wantRows(t, store, "a", "1 1 ")
	if _, err := e.Replay(t.Context(), nil); !errors.Is(err, ErrOver) {
		t.Errorf("error %v, want ErrOver", err)
	}
}
