package runtime

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/weirdb/weir/engine"
)

// Sources are opened side by side, each by the goroutine that polls it from then on, while rounds go on with those that are open. A system
// that is away holds up its own source and the watermarks of the views on it, and nothing else; it is asked again, with longer and longer
// pauses between.
//
//	source bid     open ─► arrives, poll ─► rounds
//	source ask     open ✗ ─ pause ─ open ✗ ── pause ── open ─► arrives, poll ─► rounds
//	view on bid    │ runs
//	view on both   │ runs; its watermark stands where the last commit left it │ rises
//
// What the loop knows of a source stays the loop's: opening takes what it needs along, and brings back an arrival. Plain tables are waited for,
// because events are not processed before them; so are all sources of a bounded run, which fails if one of them cannot be opened.

// firstPause and longestPause are how long it takes, about, until a source is asked again: twice as long each time.
var (
	firstPause   = time.Second
	longestPause = 30 * time.Second
)

// opening is a source on its way to a reader.
type opening struct {
	source  *source
	options engine.ReadOptions
	stands  []stand
	rests   bool // the source is not to be read: all there is to find out is where readings begin
	tracing *tracing
	began   time.Time  // when the engine started
	random  *rand.Rand // for pauses; nil before the first one
}

// stand is where a reading stood when its source began to be opened.
type stand struct {
	next   map[string]int64 // by partition
	begins time.Time        // where it is to begin, having read nothing yet; zero for where the source's option says
	counts bool             // it says where to resume
}

// arrival is what came of opening a source.
type arrival struct {
	reader     engine.Reader // nil if the source rests, or with err
	partitions []string
	starts     []map[string]int64 // of each reading, where it begins; nil for others
	err        error
}

// prepareOpening readies a source to be opened beside the loop. One that reads another once more is opened behind that one, which is the same
// to the connector.
func (e *Engine) prepareOpening(ctx context.Context, s *source) error {
	if err := e.checkBegins(s); err != nil {
		return err
	}
	o := &opening{source: s, rests: s.resting(), tracing: e.tracing, began: e.config.Now()}
	o.options = engine.ReadOptions{Bounded: e.config.Bounded, Aside: s.Of != "", Traces: e.tracing.on, Tracer: e.tracing.Tracer}
	o.options.Columns, o.options.Metadata = s.columns.Plain, s.columns.Own
	o.stands = e.standsIn(s)
	from, _ := resume(countedOf(o.stands))
	if err := e.recallRefused(ctx, s, from); err != nil {
		return err
	}
	if err := s.makeDecoders(e.config.Workers); err != nil {
		return err
	}
	s.arrivals = make(chan arrival)
	s.fetches, s.acks, s.stopped = make(chan polled, 1), make(chan map[string]int64, 1), make(chan struct{})
	ctx, s.stop = context.WithCancel(ctx)
	s.begin = func() { go s.run(ctx, o) }
	return nil
}

// beginOpening has the sources opened that do not come behind another one.
func (e *Engine) beginOpening() {
	for _, s := range e.sources {
		if s.Of == "" || e.sourceNamed(s.Of) == nil {
			s.start()
		}
	}
}

// beginBehind has the sources opened that read one once more of which it is known whether it can be read.
func (e *Engine) beginBehind(first *source) {
	for _, s := range e.sources {
		if s.Of == first.Name {
			s.start()
		}
	}
}

// start begins to open the source, once.
func (s *source) start() {
	if begin := s.begin; begin != nil {
		s.begin = nil
		begin()
	}
}

// run opens the source, until that goes well or ctx is done, and polls it from then on.
func (s *source) run(ctx context.Context, o *opening) {
	defer close(s.stopped)
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		a := o.try(ctx)
		select {
		case s.arrivals <- a:
		case <-ctx.Done():
			a.drop()
			return
		}
		switch {
		case a.reader != nil:
			s.poll(ctx, a.reader)
			return
		case a.err == nil || errors.Is(a.err, engine.ErrGone) || !sleep(ctx, o.jittered(pause)):
			return
		}
	}
}

// jittered is a pause of half to one and a half times as long, in whole milliseconds, so that sources which lost one system do not all come back
// to it at once. It is drawn from the source's name and the time of the start, of which one clock makes one history.
func (o *opening) jittered(pause time.Duration) time.Duration {
	if o.random == nil {
		hash := fnv.New64a()
		_, _ = hash.Write([]byte(o.source.Name))
		o.random = rand.New(rand.NewPCG(hash.Sum64(), uint64(o.began.UnixNano())))
	}
	return (pause/2 + time.Duration(o.random.Int64N(int64(pause)))).Truncate(time.Millisecond)
}

// sleep waits for a while; false if ctx is done.
func sleep(ctx context.Context, pause time.Duration) bool {
	select {
	case <-time.After(pause):
		return true
	case <-ctx.Done():
		return false
	}
}

// try finds out where readings begin that are to begin at a time, and connects the source where its queries stand.
func (o *opening) try(ctx context.Context) (a arrival) {
	ctx, span := o.tracing.Start(ctx, engine.SpanStart{Name: "open " + o.source.Name})
	defer func() {
		span.End(time.Time{}, a.err, slog.String("weir.source", o.source.Name), slog.String("weir.connector", o.source.Connector), slog.Int("weir.partitions", len(a.partitions)))
	}()
	if a.starts, a.err = o.seek(ctx); a.err != nil || o.rests {
		return a
	}
	stands := append([]stand(nil), o.stands...)
	for i, starts := range a.starts {
		if starts != nil {
			stands[i].next = starts
		}
	}
	options := o.options
	options.From, options.NotAfter = resume(countedOf(stands))
	if a.reader, a.err = o.source.Source.Source.Open(ctx, options); a.err != nil {
		return arrival{err: fmt.Errorf("source %s: %w", o.source.Name, a.err)}
	}
	a.partitions = a.reader.Partitions()
	return a
}

// drop closes a reader that nobody waits for any more.
func (a *arrival) drop() {
	if a.reader != nil {
		_ = a.reader.Close() // nothing was read
	}
}

// awaitSources waits until the sources of which wanted says so are there; the first one that cannot be opened is the error.
func (e *Engine) awaitSources(ctx context.Context, wanted func(*source) bool) error {
	for _, s := range e.sources {
		if s.arrivals == nil || !wanted(s) {
			continue
		}
		select {
		case a := <-s.arrivals:
			if a.err != nil {
				return a.err
			}
			e.arrive(s, a)
			e.publishStatus() // one source may answer long before another
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// arrive takes in what came of opening a source.
func (e *Engine) arrive(s *source, a arrival) {
	if a.err != nil {
		e.unreached(s, a.err)
		return
	}
	if s.unreached != nil {
		e.config.Log.Info("source is open", "source", s.Name)
	}
	s.arrivals, s.unreached = nil, nil
	e.beginBehind(s)
	e.beginReadings(s, a.starts)
	if a.reader == nil {
		return
	}
	now := e.config.Now()
	s.reader = a.reader
	s.know(a.partitions, now) // before the first poll: a watermark waits for them from the start
	for _, r := range s.readings {
		r.watermark = s.watermarkOf(r, now)
		r.horizon, r.moved = r.watermark, now
	}
}

// unreached notes that a source could not be opened. If that cannot mend itself it has stopped, as one that fails while it is read.
func (e *Engine) unreached(s *source, err error) {
	if errors.Is(err, engine.ErrGone) {
		s.arrivals, s.unreached = nil, nil
		s.failed, s.ended = err, true
		e.beginBehind(s)
		return
	}
	now := e.config.Now()
	if s.unreached == nil || s.unreached.Error() != err.Error() || now.Sub(s.toldUnreached) >= tellPause {
		e.config.Log.Error("source did not open, will retry", "source", s.Name, "error", err)
		s.toldUnreached = now
	}
	s.unreached = err
}
