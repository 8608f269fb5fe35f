package runtime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// eventColumns are what the fake source has: a key and an event time.
var eventColumns = []types.Field{{Name: "key", Type: types.Of(types.BigInt)}, {Name: "at", Type: types.Of(types.Timestamp)}}

// event is one row of a fake source; its position is its index.
type event struct {
	key int64
	at  engine.Time
}

// fakeSource gives the events of its partitions, a few at a time, in turns. A live one waits for more at the end.
type fakeSource struct {
	mu         sync.Mutex
	partitions map[string][]event
	step       int
	live       bool
}

func (s *fakeSource) Open(_ context.Context, o engine.ReadOptions) (engine.Reader, error) {
	r := &fakeReader{source: s, next: map[string]int64{}, ended: map[string]bool{}, columns: o.Columns}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.partitions {
		r.next[name] = o.From[name]
	}
	return r, nil
}

func (s *fakeSource) add(partition string, events ...event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.partitions[partition] = append(s.partitions[partition], events...)
}

type fakeReader struct {
	source    *fakeSource
	next      map[string]int64
	ended     map[string]bool
	columns   []types.Field
	committed map[string]int64
	held      []string // guarded by the source's mu
}

func (r *fakeReader) Partitions() []string { return sortedKeys(r.next) }

func (r *fakeReader) Poll(ctx context.Context) ([]engine.Fetch, error) {
	for {
		if fetches := r.take(); len(fetches) > 0 {
			return fetches, nil
		}
		if !r.source.live && !r.waits() {
			return nil, io.EOF
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
}

func (r *fakeReader) Hold(partitions []string) {
	r.source.mu.Lock()
	defer r.source.mu.Unlock()
	r.held = partitions
}

func (r *fakeReader) waits() bool {
	r.source.mu.Lock()
	defer r.source.mu.Unlock()
	return len(r.held) > 0
}

func (r *fakeReader) take() []engine.Fetch {
	r.source.mu.Lock()
	defer r.source.mu.Unlock()
	var out []engine.Fetch
	for _, name := range sortedKeys(r.next) {
		events := r.source.partitions[name]
		from := r.next[name]
		to := min(from+int64(r.source.step), int64(len(events)))
		if from == to && (r.source.live || r.ended[name]) || slices.Contains(r.held, name) {
			continue
		}
		f := engine.Fetch{Partition: name, Next: to, Waiting: int64(len(events)) - to, End: !r.source.live && to == int64(len(events))}
		r.next[name], r.ended[name] = to, f.End
		if from < to {
			f.Rows = rowsOf(r.columns, events[from:to])
			for i := from; i < to; i++ {
				f.Offsets = append(f.Offsets, i)
			}
		}
		out = append(out, f)
	}
	return out
}

func (r *fakeReader) Committed(p map[string]int64) error { r.committed = p; return nil }
func (r *fakeReader) Close() error                       { return nil }

func rowsOf(columns []types.Field, events []event) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(columns))
	defer b.Release()
	for i, c := range columns {
		for _, e := range events {
			if c.Name == "key" {
				b.Field(i).(*array.Int64Builder).Append(e.key)
			} else {
				b.Field(i).(*array.TimestampBuilder).Append(arrow.Timestamp(e.at))
			}
		}
	}
	return b.NewRecordBatch()
}

// counter counts rows by key and, at each flush, emits the counts that have changed. Negative keys make it fail, or panic.
type counter struct {
	shard  engine.Shard
	counts map[int64]int64
	emit   map[int64]int64 // as last emitted
	wms    []engine.Time
}

func (c *counter) Process(_ int, b engine.Batch, _ engine.Emitter) error {
	for _, key := range b.Rows.Column(0).(*array.Int64).Int64Values() {
		switch key {
		case -1:
			return errors.New("key is negative")
		case -2:
			panic("key is very negative")
		}
		c.counts[key]++
	}
	return nil
}

func (c *counter) Advance(wm engine.Time, _ engine.Emitter) error {
	c.wms = append(c.wms, wm)
	return nil
}

func (c *counter) Flush(out engine.Emitter) error {
	for _, key := range sortedInts(c.counts) {
		if c.counts[key] == c.emit[key] {
			continue
		}
		if old, ok := c.emit[key]; ok {
			if err := out.Emit(countBatch(key, old, -1)); err != nil {
				return err
			}
		}
		c.emit[key] = c.counts[key]
		if err := out.Emit(countBatch(key, c.counts[key], 1)); err != nil {
			return err
		}
	}
	return nil
}

func (c *counter) Snapshot(w engine.StateWriter) error {
	for key, n := range c.counts {
		if err := w.Write("counts", countBatch(key, n, 1).Rows); err != nil {
			return err
		}
	}
	return nil
}

func (c *counter) Restore(r engine.StateReader) error {
	return r.Read("counts", func(rows arrow.RecordBatch) error {
		key, n := rows.Column(0).(*array.Int64).Value(0), rows.Column(1).(*array.Int64).Value(0)
		if r.Owns(uint64(key)) {
			c.counts[key], c.emit[key] = n, n
		}
		return nil
	})
}

var countColumns = []types.Field{{Name: "key", Type: types.Of(types.BigInt)}, {Name: "n", Type: types.Of(types.BigInt)}}

func countBatch(key, n int64, weight int8) engine.Batch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(countColumns))
	defer b.Release()
	b.Field(0).(*array.Int64Builder).Append(key)
	b.Field(1).(*array.Int64Builder).Append(n)
	return engine.Batch{Rows: b.NewRecordBatch(), Weights: []int8{weight}}
}

func sortedInts(m map[int64]int64) []int64 {
	var keys []int64
	for k := range m {
		keys = append(keys, k)
	}
	for i := range keys {
		for j := i; j > 0 && keys[j] < keys[j-1]; j-- {
			keys[j], keys[j-1] = keys[j-1], keys[j]
		}
	}
	return keys
}

// countQuery counts the source's rows by key, sharded by key.
func countQuery(name string) engine.Query {
	return engine.Query{
		Name: name, Output: countColumns, Results: []int{1},
		Inputs: []engine.Input{{Source: "s", Read: eventColumns, EventTime: 1, New: noOperators}},
		Stages: []engine.Stage{{
			New: func(s engine.Shard) ([]engine.Operator, error) {
				return []engine.Operator{&counter{shard: s, counts: map[int64]int64{}, emit: map[int64]int64{}}}, nil
			},
			Edges: []engine.Edge{{From: 0, Split: splitByKey, EventTime: 1}},
		}},
	}
}

func noOperators(int) ([]engine.Operator, error) { return nil, nil }

func splitByKey(b engine.Batch, shards int) ([]engine.Batch, error) {
	parts, rows := make([]engine.Batch, shards), b.Rows
	byShard := make([][]event, shards)
	keys, times := rows.Column(0).(*array.Int64), rows.Column(1).(*array.Timestamp)
	for i := range int(rows.NumRows()) {
		s := uint64(keys.Value(i)) % uint64(shards)
		byShard[s] = append(byShard[s], event{keys.Value(i), engine.Time(times.Value(i))})
	}
	for s, events := range byShard {
		if len(events) > 0 {
			parts[s].Rows = rowsOf(eventColumns, events)
		}
	}
	return parts, nil
}

// fakeStore keeps commits in memory: tables as counts of printed rows.
type fakeStore struct {
	mu      sync.Mutex
	cp      engine.Checkpoint
	tables  map[string]map[string]int
	letters []engine.DeadLetter
	lifted  map[int64]bool // offsets of letters that all their views have got by a replay
	late    []engine.LateRow
	files   map[string]map[string][]arrow.RecordBatch
	outbox  map[string][]engine.Delivery // by sink
	sinks   map[string]string            // by view
	fail    int                          // so many commits fail
	noState int                          // so many state files cannot be made
	crashAt int64                        // the process is cut off before this epoch's commit
}

var errCrash = errors.New("crash")

func newFakeStore() *fakeStore {
	return &fakeStore{tables: map[string]map[string]int{}, files: map[string]map[string][]arrow.RecordBatch{}, outbox: map[string][]engine.Delivery{}, lifted: map[int64]bool{}}
}

func (s *fakeStore) Load(context.Context) (engine.Checkpoint, error) { return s.cp, nil }

func (s *fakeStore) Commit(_ context.Context, c *engine.Commit) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.crashAt == c.Epoch {
		return errCrash
	}
	if s.fail > 0 {
		s.fail--
		return errors.New("disk is full")
	}
	if c.Epoch != s.cp.Epoch+1 {
		return fmt.Errorf("epoch %d after %d", c.Epoch, s.cp.Epoch)
	}
	s.cp.Epoch = c.Epoch
	s.keepLetters(c)
	for _, change := range c.Changes {
		if err := s.apply(c.Epoch, change); err != nil {
			return err
		}
	}
	s.keep(c)
	return nil
}

// keepLetters adds letters, those that are known to what is there, and takes out views that a replay has given them to.
func (s *fakeStore) keepLetters(c *engine.Commit) {
	s.late = append(s.late, c.Late...)
	for _, l := range c.DeadLetters {
		if known := s.letterAt(l.Offset); known != nil && l.Again {
			known.Views = append(known.Views, l.Views...)
			continue
		}
		s.letters = append(s.letters, l)
	}
	for _, r := range c.Replayed {
		l := s.letterAt(r.Letter.Offset)
		l.Views = slices.DeleteFunc(l.Views, func(v string) bool { return slices.Contains(r.Given, v) })
		s.lifted[l.Offset] = r.Problem == ""
	}
}

func (s *fakeStore) letterAt(offset int64) *engine.DeadLetter {
	for i := range s.letters {
		if s.letters[i].Offset == offset {
			return &s.letters[i]
		}
	}
	return nil
}

func (s *fakeStore) apply(epoch int64, change engine.Change) error {
	table := s.tables[change.View]
	if table == nil {
		table = map[string]int{}
		s.tables[change.View] = table
	}
	for _, b := range change.Batches {
		for i := range int(b.Rows.NumRows()) {
			weight := 1
			if b.Weights != nil {
				weight = int(b.Weights[i])
			}
			row := ""
			for c := range int(b.Rows.NumCols()) {
				row += b.Rows.Column(c).ValueStr(i) + " "
			}
			if table[row] += weight; table[row] == 0 {
				delete(table, row)
			}
			if table[row] < 0 {
				return fmt.Errorf("row %s is taken back, but is not there", row)
			}
		}
		b.Retain()
	}
	if sink, ok := s.sinks[change.View]; ok {
		s.outbox[sink] = append(s.outbox[sink], engine.Delivery{Epoch: epoch, Changes: change.Batches})
	}
	return nil
}

// keep replaces the positions and state of the queries that the commit names.
func (s *fakeStore) keep(c *engine.Commit) {
	at := map[[3]string]engine.Position{}
	for _, p := range append(s.cp.Positions, c.Positions...) {
		at[[3]string{p.Query, p.Source, p.Partition}] = p
	}
	s.cp.Positions = nil
	for _, p := range at {
		s.cp.Positions = append(s.cp.Positions, p)
	}
	named := map[string]bool{}
	for _, p := range c.Positions {
		named[p.Query] = true
	}
	state := c.State
	for _, f := range s.cp.State {
		if !named[f.Query] {
			state = append(state, f)
		}
	}
	s.cp.State = state
}

type fakeFile struct {
	s    *fakeStore
	name string
}

func (s *fakeStore) CreateState(name string) (engine.StateSink, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.noState > 0 {
		s.noState--
		return nil, errors.New("disk is full")
	}
	s.files[name] = map[string][]arrow.RecordBatch{}
	return fakeFile{s, name}, nil
}

func (f fakeFile) Write(section string, rows arrow.RecordBatch) error {
	f.s.mu.Lock()
	defer f.s.mu.Unlock()
	rows.Retain()
	f.s.files[f.name][section] = append(f.s.files[f.name][section], rows)
	return nil
}

func (f fakeFile) Close() error { return nil }

func (s *fakeStore) ReadState(name, section string, yield func(arrow.RecordBatch) error) error {
	for _, rows := range s.files[name][section] {
		if err := yield(rows); err != nil {
			return err
		}
	}
	return nil
}

func (s *fakeStore) Pending(_ context.Context, sink string, _ int) ([]engine.Delivery, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := append([]engine.Delivery(nil), s.outbox[sink]...)
	for _, d := range out {
		for _, b := range d.Changes {
			b.Retain()
		}
	}
	return out, nil
}

// Backlog counts a byte for each epoch.
func (s *fakeStore) Backlog(sink string) engine.Backlog {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := int64(len(s.outbox[sink]))
	return engine.Backlog{Epochs: n, Bytes: n}
}

func (s *fakeStore) Done(_ context.Context, sink string, epoch int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.outbox[sink]) > 0 && s.outbox[sink][0].Epoch <= epoch {
		s.outbox[sink] = s.outbox[sink][1:]
	}
	return nil
}

// fakeSink notes the epochs that it was given; the first deliveries fail.
type fakeSink struct {
	mu     sync.Mutex
	fail   int
	epochs []int64
}

func (s *fakeSink) Deliver(_ context.Context, d engine.Delivery) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail > 0 {
		s.fail--
		return errors.New("broker is gone")
	}
	s.epochs = append(s.epochs, d.Epoch)
	return nil
}

func (s *fakeSink) Close() error { return nil }

// openAll opens an engine that is not run, with all its sources.
func openAll(ctx context.Context, e *Engine) error {
	return errors.Join(e.open(ctx), e.awaitSources(ctx, func(*source) bool { return true }))
}
