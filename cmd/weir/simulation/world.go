package simulation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weirdb/weir/connectors/format/json"
	"github.com/weirdb/weir/engine/runtime"
)

// world is one run: what outlives the processes, and the driver.
type world struct {
	rand     *rand.Rand // the driver's alone
	pipeline *pipeline
	views    []*view
	scripts  []*script
	sunk     []*view // those with a sink
	store    *store

	receivers map[string]*receiver // by sink
	trace     trace
	counts    Counts
	ahead     atomic.Int64 // by so many nanoseconds the clock on the wall is ahead of the bubble's

	calm        bool // see history
	trouble     bool // calls fail, operators panic
	silent      bool // brokers do not tell what waits
	burst       int  // how many events a fetch has, at most
	mostWorkers int
	idleTimeout time.Duration
	maxFuture   time.Duration
	maxAhead    time.Duration

	mu       sync.Mutex // guards findings, and the scripts' acknowledged
	findings []string
}

// newWorld draws what a run is about.
func newWorld(seed uint64) *world {
	r := rand.New(rand.NewPCG(seed, 17))
	w := &world{
		rand: r, store: newStore(), receivers: map[string]*receiver{},
		calm: r.IntN(2) == 0, trouble: r.IntN(5) > 0, silent: r.IntN(5) == 0, burst: pick(r, 1, 4, 40), mostWorkers: pick(r, 1, 4),
		maxAhead: pick(r, 0, 5*time.Second, 30*time.Second),
	}
	if !w.calm {
		w.idleTimeout, w.maxFuture = pick(r, 0, 500*time.Millisecond, 30*time.Second), pick(r, 0, time.Hour)
	}
	w.ahead.Store(int64(time.Until(start.Add(time.Minute))))
	var err error
	if w.pipeline, err = planned(); err != nil {
		w.find("planning: %s", err)
		return w
	}
	w.drawViews()
	return w
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// drawViews draws views, in the order in which they are defined, and the events of the sources that they read.
func (w *world) drawViews() {
	chosen := w.rand.Perm(len(w.pipeline.views))[:1+w.rand.IntN(4)]
	slices.Sort(chosen)
	h := &history{rand: w.rand, calm: w.calm}
	for _, i := range chosen {
		v := w.pipeline.views[i]
		w.views = append(w.views, v)
		w.trace.add("view %s", v.name)
		for _, name := range v.Sources {
			if !slices.ContainsFunc(w.scripts, func(s *script) bool { return s.name == name }) {
				w.scripts = append(w.scripts, h.script(name))
			}
		}
		if w.rand.IntN(2) == 0 {
			w.sunk = append(w.sunk, v)
			w.receivers[sinkOf(v)] = &receiver{name: sinkOf(v)}
			w.store.outbox.sinks[v.name] = []string{sinkOf(v)}
		}
	}
	w.trace.add("calm %t, trouble %t, silent %t, burst %d, idle timeout %s, max_future %s, max_ahead %s", w.calm, w.trouble, w.silent, w.burst, w.idleTimeout, w.maxFuture, w.maxAhead)
}

func sinkOf(v *view) string { return "sink_" + v.name }

// run plays some lives, one after the other, and one more in which nothing goes wrong, up to the end of the input.
func (w *world) run() {
	if len(w.findings) > 0 {
		return
	}
	for range 1 + w.rand.IntN(4) {
		l := w.begin(false)
		l.play(w.rand.IntN(120))
		l.end()
		w.judgePrefix()
	}
	for _, s := range w.scripts {
		for _, p := range s.partitions {
			p.arrived, p.present = len(p.events), true
		}
	}
	w.begin(true).finish("the last run")
	w.judge()
}

// source is a script as the engine is told of it.
func (w *world) source(s *script) (runtime.Source, error) {
	def := w.pipeline.catalog.Source(s.name)
	format, err := json.Spec.New(nil, noDuckDB{})
	return runtime.Source{
		Name: s.name, Connector: "script", Format: format, Columns: def.Columns, EventTime: def.EventTime, Delay: def.Delay,
		IdleTimeout: w.idleTimeout, MaxFuture: w.maxFuture, MaxAhead: w.maxAhead,
	}, err
}

// now is the clock on the wall.
func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())).Round(0) }

// at is the time in the bubble, for the trace.
func (w *world) at() string { return time.Now().UTC().Format("04:05.000") }

// troubled draws whether something fails: once in so many times, and only in runs with trouble.
func (w *world) troubled(once int) bool { return w.trouble && w.rand.IntN(once) == 0 }

func (w *world) anyPartition() *partition {
	s := w.scripts[w.rand.IntN(len(w.scripts))]
	return s.partitions[w.rand.IntN(len(s.partitions))]
}

// find notes what should not be.
func (w *world) find(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.findings = append(w.findings, fmt.Sprintf(format, args...))
}

// acknowledged takes in what an engine says to a reader: everything before these positions is committed, for all views.
func (w *world) acknowledged(s *script, positions map[string]int64) {
	for partition, next := range positions {
		for _, v := range w.views {
			if !slices.Contains(v.Sources, s.name) {
				continue
			}
			if at := w.store.position(v.name, s.name, partition); at < next {
				w.find("source %s: partition %s is acknowledged up to %d, and view %s stands at %d", s.name, partition, next, v.name, at)
			}
		}
		w.mu.Lock()
		s.acknowledged[partition] = max(s.acknowledged[partition], next)
		w.mu.Unlock()
	}
}

// position is how far a view has come in a partition, -1 if it has not read it.
func (s *store) position(view, source, partition string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.positions[place{view, source, partition}]; ok {
		return p.Next
	}
	return -1
}
