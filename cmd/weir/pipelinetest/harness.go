package pipelinetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine"
)

// The engine commits when an epoch is over by its clock. The test's clock stands still, and an epoch lasts for one tick of it, so
// that a commit comes when the test lets the clock tick, and only then. Beats tell when it has come: numbers in a source of the
// harness's own, which a view copies.
//
//	INSERT ─► processed      beat 7 ─► processed ─► tick ─► the epoch ends ─► beat 7 is in the table: all is committed
const (
	tick     = time.Nanosecond
	beat     = "weir_test_beat"
	beats    = "weir_test_beats"
	beatsSQL = `CREATE SOURCE ` + beat + ` (n BIGINT) WITH (connector = 'memory');
		CREATE MATERIALIZED VIEW ` + beats + ` AS SELECT n FROM ` + beat
)

// patience is how long the engine may take for one step. It only bounds what hangs.
const patience = time.Minute

// harness is an engine that takes one step at a time.
type harness struct {
	ctx   context.Context
	node  *node.Node
	clock *wallClock
	logs  map[string]*log // by name in lower case
	beat  int64
	stop  context.CancelFunc // nil before the start
	done  chan struct{}
	err   error // of the engine, once done
}

func newHarness(ctx context.Context) (*harness, error) {
	h := &harness{ctx: ctx, clock: newWallClock(), logs: map[string]*log{}, done: make(chan struct{})}
	var err error
	h.node, err = node.Open(ctx, node.Options{
		Workers: 1, Threads: 1, CommitInterval: tick, Now: h.clock.Now, AnyTime: true, Connectors: replaced(h.log), Getenv: environment,
	})
	return h, err
}

// environment is what ${NAME} means in a test: nothing, if the variable is not set. A test needs no secrets.
func environment(name string) (string, bool) { return os.Getenv(name), true }

// log is the log of a source, made when it is first asked for.
func (h *harness) log(source string) *log {
	key := strings.ToLower(source)
	if h.logs[key] == nil {
		h.logs[key] = newLog(source)
	}
	return h.logs[key]
}

// know notes the partitions that a test names, before the engine starts.
func (h *harness) know(statements []statement) {
	for _, s := range statements {
		var p place
		switch s := s.(type) {
		case insert:
			p = s.place
		case advance:
			p = s.place
		case idle:
			p = s.place
		}
		if p.partition != "" {
			h.log(p.source).know(p.partition)
		}
	}
}

func (h *harness) apply(text string) error {
	_, err := h.node.Apply(h.ctx, text)
	return err
}

func (h *harness) started() bool { return h.stop != nil }

// start runs the engine, if it does not run yet, and waits until it has opened every source.
func (h *harness) start() error {
	if h.started() {
		return nil
	}
	if err := h.apply(beatsSQL); err != nil {
		return err
	}
	for _, s := range h.node.Catalog().Sources {
		l := h.log(s.Name)
		if l.name = s.Name; len(l.partitions) == 0 {
			l.know(firstPartition)
		}
	}
	ctx, stop := context.WithCancel(h.ctx)
	h.stop = stop
	go func() {
		defer close(h.done)
		h.err = h.node.Run(ctx)
	}()
	for _, s := range h.node.Catalog().Sources {
		select {
		case <-h.log(s.Name).opened:
		case <-h.done:
			return errors.Join(errors.New("the engine did not start"), h.err)
		}
	}
	return nil
}

// close stops the engine.
func (h *harness) close() error {
	var err error
	if h.started() {
		h.stop()
		<-h.done
		err = h.err
	}
	return errors.Join(err, h.node.Close())
}

// feed gives a step to a source, and waits until the engine has processed it.
func (h *harness) feed(l *log, s step) error {
	s.idle = l.idle
	select {
	case l.steps <- s:
	case <-h.done:
		return errors.Join(errors.New("the engine has stopped"), h.err)
	case <-h.ctx.Done():
		return h.ctx.Err()
	}
	return h.await("process what source "+l.name+" gave", func() (bool, error) { return h.processed(l, s.fetches) })
}

// processed reports whether the engine stands behind all fetches.
func (h *harness) processed(l *log, fetches []engine.Fetch) (bool, error) {
	for _, s := range h.node.Status().Sources {
		if s.Name != l.name {
			continue
		}
		if s.Error != "" {
			return false, errors.New(s.Error)
		}
		at := map[string]int64{}
		for _, p := range s.Partitions {
			at[p.Partition] = p.Next
		}
		for _, f := range fetches {
			if at[f.Partition] < f.Next {
				return false, nil
			}
		}
		return true, nil
	}
	return false, nil
}

// await waits until something holds, while the engine runs.
func (h *harness) await(what string, holds func() (bool, error)) error {
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Microsecond) {
		if ok, err := holds(); ok || err != nil {
			return err
		}
		select {
		case <-h.done:
			return errors.Join(errors.New("the engine has stopped"), h.err)
		case <-h.ctx.Done():
			return h.ctx.Err()
		default:
		}
		if time.Now().After(end) {
			return fmt.Errorf("the engine did not %s within %s", what, patience)
		}
	}
}

// round has the engine run a round: what follows from the clock takes effect.
func (h *harness) round() error {
	h.beat++
	rows, err := h.evaluate(fmt.Sprintf("SELECT %d::BIGINT AS n", h.beat))
	if err != nil {
		return err
	}
	l := h.log(beat)
	return h.feed(l, step{fetches: l.fetchRows(firstPartition, rows)})
}

// commit ends the epoch, and waits until everything that was processed is in the tables.
func (h *harness) commit() error {
	if err := h.round(); err != nil {
		return err
	}
	h.clock.advance(tick)
	query := fmt.Sprintf("SELECT n::VARCHAR FROM %s WHERE n = %d", beats, h.beat)
	return h.await("commit", func() (bool, error) {
		rows, err := h.texts(query)
		return len(rows) > 0, err
	})
}

// advanceClock moves the wall clock, and lets partitions become idle.
func (h *harness) advanceClock(by time.Duration) error {
	h.clock.advance(by)
	return h.round()
}

// query asks the committed results.
func (h *harness) query(text string) (*duckdb.Rows, error) {
	return h.node.Store().Query(h.ctx, text, duckdb.Limits{})
}
