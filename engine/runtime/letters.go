package runtime

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/metadata"
	"github.com/weirdb/weir/engine/types"
)

// A dead letter is given again to the views that lack it, and to no others, between two rounds. An epoch of its own holds what comes of it,
// so that a view which fails on it loses nothing else, and one transaction both the rows and the word that the letter was given:
//
//	rounds of epoch 7 │ commit 7 │ letters: decode, inputs ─► stages, flush │ commit 8: rows, views less in the letters │ rounds …
//
// It moves no position and no watermark: no window closes by it, and no other row comes late for it. Its own rows are late as any others
// are whose window has closed.

// ErrOver says that an engine has ended, and another one may go on.
var ErrOver = errors.New("the engine has ended")

// replayRequest are letters to be given again.
type replayRequest struct {
	letters []engine.DeadLetter
	answer  chan replayAnswer // has room for it
}

type replayAnswer struct {
	replayed []engine.Replayed
	err      error
}

// redelivery is a letter on its way to its views.
type redelivery struct {
	engine.Replayed
	to       []*query // that have been given it
	problems []string
}

// Replay gives dead letters to the views that they name, and returns what has become of each once that is committed. It may be called by any
// goroutine while the engine runs. What it is given must be in the store, and must not be asked for twice at the same time. If an error is
// returned, nothing is known: what was committed has been noted in the letters.
func (e *Engine) Replay(ctx context.Context, letters []engine.DeadLetter) ([]engine.Replayed, error) {
	r := &replayRequest{letters, make(chan replayAnswer, 1)}
	select {
	case e.replays <- r:
	case <-e.over:
		return nil, ErrOver
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	a := <-r.answer
	return a.replayed, a.err
}

// rest waits until ctx is done, when all sources have ended. Dead letters can be given again meanwhile.
func (e *Engine) rest(ctx, work context.Context) error {
	tick := time.NewTicker(longestWait)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			e.relieve()
		case e.replaying = <-e.replays:
			if err := e.replayAsked(work); err != nil {
				return err
			}
			e.tellFailures()
			e.publishStatus()
		case <-ctx.Done():
			return nil
		}
	}
}

// replayAsked sees to the letters that were asked for. An error ends the engine.
func (e *Engine) replayAsked(ctx context.Context) error {
	r := e.replaying
	if r == nil {
		return nil
	}
	e.replaying = nil
	replayed, err := e.redeliver(ctx, r.letters)
	r.answer <- replayAnswer{replayed, err}
	return err
}

func (e *Engine) redeliver(ctx context.Context, letters []engine.DeadLetter) ([]engine.Replayed, error) {
	if err := e.endEpoch(ctx); err != nil {
		return nil, err
	}
	now := e.config.Now()
	for i := range letters {
		e.give(&letters[i], now)
	}
	given := e.given
	if err := errors.Join(e.endEpoch(ctx), e.awaitCommit()); err != nil {
		return nil, err
	}
	replayed := verdictsOf(given)
	for _, r := range replayed {
		if r.Problem == "" {
			e.lift(&r.Letter)
		}
	}
	return replayed, nil
}

// lift has views that have yet to read a letter's record read it as any other.
func (e *Engine) lift(l *engine.DeadLetter) {
	for _, s := range e.sources {
		if s.Name == l.Source || s.Of == l.Source {
			s.lift(l.Partition, l.Offset)
		}
	}
}

// verdicts are what has become of the letters that were given in this epoch, whose stages have flushed.
func (e *Engine) verdicts() []engine.Replayed { return verdictsOf(e.given) }

func verdictsOf(given []*redelivery) []engine.Replayed {
	var out []engine.Replayed
	for _, d := range given {
		r, problems := d.Replayed, slices.Clone(d.problems)
		for _, q := range d.to {
			if q.failed == nil {
				r.Given = append(r.Given, q.Name)
				continue
			}
			r.Stopped = true
			problem := q.failed.Error()
			if len(given) > 1 {
				problem = engine.GivenTogether + problem
			}
			problems = append(problems, problem)
		}
		r.Problem = strings.Join(problems, "; ")
		out = append(out, r)
	}
	return out
}

// give decodes a letter, and has the inputs of its views take it.
func (e *Engine) give(l *engine.DeadLetter, now time.Time) {
	d := &redelivery{Replayed: engine.Replayed{Letter: *l, At: now}}
	e.given = append(e.given, d)
	decoded := map[*source]*fetched{} // more than one where a view's successor reads the source beside it
	for _, view := range l.Views {
		r, problem := e.readingFor(view, l)
		if problem == "" {
			f := decoded[r.source]
			if f == nil {
				f = r.source.redecode(d, now)
				decoded[r.source] = f
			}
			problem = e.giveTo(r, f)
		}
		if problem != "" && !slices.Contains(d.problems, problem) {
			d.problems = append(d.problems, problem)
		}
	}
	for _, f := range decoded {
		f.release()
	}
}

// readingFor is a view's reading of a letter's source, or why it cannot be given the letter now.
func (e *Engine) readingFor(view string, l *engine.DeadLetter) (*reading, string) {
	for _, q := range e.queries {
		if q.Name != view {
			continue
		}
		switch {
		case q.failed != nil:
			return nil, fmt.Sprintf("view %s has stopped: %v", view, q.failed)
		case q.paused:
			return nil, fmt.Sprintf("view %s is paused", view)
		case q.standsFor != nil:
			return nil, fmt.Sprintf("view %s stands still for sink %s", view, q.standsFor.Name)
		}
		for _, r := range q.readings {
			if r.source.Name == l.Source || r.source.Of == l.Source {
				return r, ""
			}
		}
	}
	return nil, fmt.Sprintf("view %s does not run", view)
}

// giveTo has the inputs of one view take a letter. An expression that fails on it is the letter's problem, and not the view's: inputs keep
// nothing of what they have seen.
func (e *Engine) giveTo(r *reading, f *fetched) (problem string) {
	if f.err != nil {
		return f.err.Error()
	}
	if len(f.letters) > 0 {
		return f.letters[0].Reason
	}
	if f.letter.Letter.Meta == nil && r.needsMessage() {
		return fmt.Sprintf("view %s reads what messages say beside the value, which was not kept: replace the view, which then reads it again", r.query.Name)
	}
	var head *headResult
	err := guard("read "+r.source.Name, func() (err error) { head, err = r.head(f, 0); return err })
	if err != nil {
		return fmt.Sprintf("view %s: %v", r.query.Name, err)
	}
	r.query.dirty = true
	r.query.rowsIn += head.rows
	e.handOn(r, head, f)
	f.letter.to = append(f.letter.to, r.query)
	return ""
}

// needsMessage reports whether the view reads metadata that a message says. It can do without a trace.
func (r *reading) needsMessage() bool {
	said := func(f types.Field) bool {
		return f.Name != metadata.TraceContext && metadata.Messages([]types.Field{f})
	}
	return slices.ContainsFunc(r.inputs, func(in *input) bool { return slices.ContainsFunc(in.Read, said) })
}

// redecode decodes a letter as the source is declared now. Why it is dead again is among what it returns.
func (s *source) redecode(d *redelivery, now time.Time) *fetched {
	l := &d.Letter
	f := &fetched{source: s, letter: d, Fetch: engine.Fetch{
		Partition: l.Partition, Records: []engine.Record{{Offset: l.Offset, Value: l.Value, Meta: l.Meta}},
	}}
	if f.err = s.cannotRedecode(l); f.err != nil {
		return f
	}
	err := guard("decode", func() error {
		s.decodeRows(f, 0)
		s.addMetadata(f)
		s.refuseFuture(f, now)
		return f.err
	})
	switch {
	case err != nil:
		f.err = err
	case len(f.letters) == 0 && (f.rows == nil || f.rows.NumRows() == 0):
		f.err = errors.New("there is no row in it")
	}
	return f
}

// cannotRedecode is why a letter cannot be decoded whatever it holds; nil if it can.
func (s *source) cannotRedecode(l *engine.DeadLetter) error {
	if len(l.Value) == 0 {
		return errors.New("nothing of the record was kept")
	}
	if s.Format == nil {
		return fmt.Errorf("source %s reads columns, and cannot decode a record by itself: replace the views, which then read it again", s.Name)
	}
	if s.decoders == nil { // the source is paused
		decoder, err := s.Format.NewDecoder(s.columns.Plain)
		if err != nil {
			return fmt.Errorf("source %s: %w", s.Name, err)
		}
		s.decoders = []engine.Decoder{decoder}
	}
	return nil
}
