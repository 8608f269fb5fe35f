package simulation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing/synctest"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/runtime"
)

// life is one process: an engine from its start to its end.
type life struct {
	world   *world
	number  int
	bounded bool
	gate    *gate
	readers map[string]*reader
	engine  *runtime.Engine
	stop    context.CancelFunc
	done    chan error // what Run returned

	committing *engine.Commit // the one that waits at the gate, or did last
	loadFails  bool           // the last commit cannot be read
	readFails  bool           // nor can state files
	stopping   bool           // it was told to
	fuse       atomic.Pointer[fuse]

	mu         sync.Mutex // guards what follows
	stateSalt  uint64     // not 0 while some state files cannot be made
	stateTries map[string]int
}

// begin starts a process over what the store has.
func (w *world) begin(bounded bool) *life {
	l := &life{
		world: w, number: w.counts.Lives, bounded: bounded, gate: &gate{}, readers: map[string]*reader{},
		done: make(chan error, 1), stateTries: map[string]int{},
	}
	w.counts.Lives++
	var ctx context.Context
	ctx, l.stop = context.WithCancel(context.Background())
	l.loadFails, l.readFails = !bounded && w.troubled(40), !bounded && w.troubled(40)
	c, err := l.config()
	if err == nil {
		l.engine, err = runtime.New(c)
	}
	if err != nil {
		w.find("cannot start: %s", err)
		l.done <- err
		return l
	}
	w.trace.add("%s life %d: workers %d, commit interval %s, epoch rows %d, bounded %t, paused%s", w.at(), l.number, c.Workers, c.CommitInterval, c.EpochRows, bounded, pausedIn(c))
	go func() { l.done <- l.engine.Run(ctx) }()
	return l
}

func (l *life) config() (runtime.Config, error) {
	w := l.world
	disk := disk{life: l, store: w.store}
	c := runtime.Config{
		Store: disk, Outbox: disk, Letters: w.store.letters, Views: map[string]runtime.ViewInfo{}, Bounded: l.bounded, Now: w.now,
		Workers:        1 + w.rand.IntN(w.mostWorkers),
		CommitInterval: pick(w.rand, 50*time.Millisecond, 400*time.Millisecond, 2*time.Second),
		EpochRows:      pick(w.rand, 1, 4, 30, 0),
		Logs:           pick(w.rand, runtime.LogSizes{}, runtime.LogSizes{Least: 1, Full: 300, Room: 1 << 20}),
	}
	for _, v := range w.views {
		q, err := v.build()
		if err != nil {
			return c, err
		}
		c.Queries = append(c.Queries, l.fragileQuery(q))
		c.Views[v.name] = runtime.ViewInfo{Paused: l.pauses(10)}
	}
	return c, l.connect(&c)
}

// connect adds the sources and sinks.
func (l *life) connect(c *runtime.Config) error {
	w := l.world
	for _, s := range w.scripts {
		from, err := w.source(s)
		if err != nil {
			return err
		}
		from.Source, from.Paused = source{l, s}, l.pauses(20)
		c.Sources = append(c.Sources, from)
	}
	for _, v := range w.sunk {
		c.Sinks = append(c.Sinks, runtime.Sink{Name: sinkOf(v), View: v.name, Sink: sink{l, w.receivers[sinkOf(v)]}, Paused: l.pauses(10)})
	}
	return nil
}

// pauses draws whether something is paused in this life, once in so many times.
func (l *life) pauses(once int) bool {
	paused := !l.bounded && l.world.rand.IntN(once) == 0
	if paused {
		l.world.counts.Pauses++
	}
	return paused
}

func pausedIn(c runtime.Config) (text string) {
	for _, q := range c.Queries {
		if c.Views[q.Name].Paused {
			text += " " + q.Name
		}
	}
	for _, s := range c.Sources {
		if s.Paused {
			text += " source " + s.Name
		}
	}
	for _, s := range c.Sinks {
		if s.Paused {
			text += " sink " + s.Name
		}
	}
	return text
}

// waiting is what a fetch says of what waits behind it: some brokers cannot tell.
func (l *life) waiting(n int) int64 {
	if l.world.silent {
		return -1
	}
	return int64(n)
}

// ended reports whether the process has ended by itself.
func (l *life) ended() bool {
	synctest.Wait()
	return len(l.done) > 0
}

// inFlight is how many fetches the engine has not taken in.
func (l *life) inFlight() (n int64) {
	for _, r := range l.readers {
		n += r.inFlight.Load()
	}
	return n
}

// play makes so many moves, or fewer if the process ends.
func (l *life) play(moves int) {
	for range moves {
		if l.ended() {
			return
		}
		l.move()
	}
}

// end ends the process: in order, by a signal, or by killing it.
func (l *life) end() {
	w := l.world
	if l.ended() {
		w.trace.add("%s ended: %v", w.at(), l.take())
		return
	}
	l.judgeStatus()
	if w.rand.IntN(3) > 0 || l.inFlight() > 0 {
		l.kill()
		return
	}
	w.trace.add("%s stop", w.at())
	l.stopping = true
	l.stop()
	l.finish("stop")
}

// take is what Run returned. What is not made-up trouble is a finding.
func (l *life) take() error {
	err := <-l.done
	l.stop()
	l.judgeError("the engine", err)
	return err
}

func (l *life) judgeError(who string, err error) {
	if err == nil {
		return
	}
	text := err.Error()
	known := errors.Is(err, errTrouble) || errors.Is(err, errKilled) || strings.Contains(text, errTrouble.Error()) || strings.Contains(text, errKilled.Error())
	// An epoch whose outcome was unknown and that is there cannot be committed once more.
	known = known || strings.Contains(text, fmt.Sprintf("commit of epoch %[1]d: the last one is %[1]d", l.world.store.epoch))
	if !known || l.bounded {
		l.world.find("%s fails: %s", who, text)
	}
}

// judgeStatus looks for views and sources that have stopped for a reason that is not made up.
func (l *life) judgeStatus() {
	status := l.engine.Status()
	for _, q := range status.Queries {
		if q.Error != "" {
			l.judgeError("view "+q.View, errors.New(q.Error))
		}
	}
	for _, s := range status.Sources {
		if s.Error != "" {
			l.judgeError("source "+s.Name, errors.New(s.Error))
		}
	}
}

// kill ends the process at once. Of the calls that wait some take effect, but nobody hears of it.
func (l *life) kill() {
	w := l.world
	w.counts.Kills++
	text := ""
	for _, c := range l.gate.calls() {
		if c.kind != poll && w.rand.IntN(2) == 0 {
			text += " " + c.kind + " " + c.name
			l.gate.answer(c, answer{verdict: failAfter})
		}
	}
	w.trace.add("%s kill; takes effect:%s", w.at(), text)
	l.gate.kill()
	l.stop()
	for !l.ended() {
		sleep(time.Second)
	}
	if err := l.take(); err == nil {
		w.trace.add("%s had ended before", w.at())
	}
}

// mostMoves bounds how long an end takes.
const mostMoves = 5000

// finish answers calls until the process has ended.
func (l *life) finish(what string) {
	w := l.world
	for n := range mostMoves {
		if l.ended() {
			w.trace.add("%s ended: %v", w.at(), l.take())
			return
		}
		if !l.answerOne(n < 30) {
			sleep(time.Second) // partitions wait up to a minute for one of which nothing is known, if max_ahead says so
		}
	}
	w.find("%s: the engine does not come to an end", what)
	l.kill()
}
