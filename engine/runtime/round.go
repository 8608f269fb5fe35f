package runtime

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/weirdb/weir/engine"
)

// longestWait is how long the loop waits at most: idle partitions are noticed then, and the status is renewed.
const longestWait = time.Second

// gather waits for something to do: fetches, what came of opening a source, the end of a source, of a commit, or of the epoch, dead letters
// to give again. It reports false once every source has ended.
func (e *Engine) gather(ctx context.Context) (fetches []*fetched, more bool) {
	cases := []reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ctx.Done())}}
	timer := time.NewTimer(min(max(time.Millisecond, e.config.CommitInterval-e.config.Now().Sub(e.epochStart)), longestWait))
	defer timer.Stop()
	cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(timer.C)},
		reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(e.commitDone())},
		reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(e.replays)})
	live := e.liveSources()
	if len(live) == 0 {
		return nil, false
	}
	for _, s := range live {
		cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(s.polls())})
	}
	for _, s := range live {
		cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(s.arrivals)})
	}
	chosen, value, _ := reflect.Select(cases)
	switch {
	case chosen < 3:
		return nil, true
	case chosen == 3:
		e.replaying = value.Interface().(*replayRequest)
		return nil, true
	case chosen >= 4+len(live):
		e.arrive(live[chosen-4-len(live)], value.Interface().(arrival))
		return nil, len(e.liveSources()) > 0
	}
	now := e.config.Now()
	fetches = e.receive(nil, live[chosen-4], value.Interface().(polled), now)
	for _, s := range live { // what else is ready
		select {
		case p := <-s.polls():
			fetches = e.receive(fetches, s, p, now)
		default:
		}
	}
	return fetches, len(e.liveSources()) > 0
}

// polls are the source's, nil, on which one waits for ever, if it is not read now.
func (s *source) polls() <-chan polled {
	if s.resting() {
		return nil
	}
	return s.fetches
}

func (e *Engine) liveSources() []*source {
	var live []*source
	for _, s := range e.sources {
		if !s.ended && (!s.resting() || !e.config.Bounded) { // one that rests may be resumed, but by no bounded run
			live = append(live, s)
		}
	}
	return live
}

func (e *Engine) receive(fetches []*fetched, s *source, p polled, now time.Time) []*fetched {
	s.note(p, now)
	for _, f := range p.fetches {
		part := s.positions[f.Partition]
		fetches = append(fetches, &fetched{Fetch: f, source: s, after: part.reached})
		part.reached = max(part.reached, f.Next)
		for _, r := range s.readings {
			r.at(f.Partition) // workers only read the map
		}
	}
	return fetches
}

// round decodes fetches and runs the inputs of all queries on them, and beside that the stages on what the round before has
// left them; then it advances the watermarks. It cannot fail: what goes wrong ends a query or a source.
//
//	round 7   decode, inputs │ settle, advance ┐
//	round 8   stages of round 7, level 1 ◄─────┘ beside decode, inputs │ levels 2 … │ settle, advance ┐
//	flush     stages of round 8 ◄───────────────────────────────────────────────────────────────────┘
func (e *Engine) round(fetches []*fetched) {
	now := e.config.Now()
	since := now
	e.rounds++
	defer func() { e.spend(&e.phases.Stages, since) }()
	waiting := e.tasksAt(1, false)
	e.parallel(len(waiting)+len(fetches), func(task, worker int) {
		if task < len(waiting) {
			e.runTask(waiting[task], false)
			return
		}
		e.headTask(fetches[task-len(waiting)], worker, now)
	})
	since = e.spend(&e.phases.Decode, since)
	e.collect(1)
	e.runStages(2, false)
	for _, f := range fetches {
		e.settle(f)
		if f.Unpack != nil {
			f.source.rooms.give(f.Records)
		}
		if f.Done != nil {
			f.Done()
		}
	}
	e.failTables()
	for _, q := range e.queries {
		if q.running() {
			q.advance(now)
		}
	}
	e.dropFailed()
	e.align(now)
}

func (e *Engine) dropFailed() {
	for _, q := range e.queries {
		if q.failed != nil {
			q.drop()
		}
	}
}

// headTask decodes one fetch and runs the inputs of every query on it.
func (e *Engine) headTask(f *fetched, worker int, now time.Time) {
	if err := guard("decode", func() error { f.source.decode(f, worker, now); return f.err }); err != nil {
		f.err = err
		return
	}
	f.heads = map[*reading]*headResult{}
	if f.rows == nil {
		return
	}
	for _, r := range f.source.readings {
		if !r.query.running() {
			continue
		}
		err := guard("read "+f.source.Name, func() error {
			head, err := r.head(f, worker)
			if head != nil {
				f.heads[r] = head
			}
			return err
		})
		if err != nil {
			r.query.failIn(place{f.source.Name, f.Partition}, err)
		}
	}
}

// settle takes in the outcome of one fetch's head: positions, watermarks, dead letters, batches for the stages.
func (e *Engine) settle(f *fetched) {
	s := f.source
	part := s.positions[f.Partition]
	if f.err != nil {
		s.failed, s.failedIn, s.ended, part.broken = f.err, f.Partition, true, true
	}
	if part.broken {
		f.release()
		return
	}
	s.takeLetters(f)
	e.epochRows += len(f.letters)
	s.records += int64(len(f.Records))
	s.bytes += f.bytes
	e.epochBytes += f.bytes
	part.next = max(part.next, f.Next)
	for _, r := range s.readings {
		if r.query.running() {
			e.settleReading(r, f)
		} else if head := f.heads[r]; head != nil {
			head.release()
		}
	}
	if f.rows != nil {
		if f.Records == nil {
			s.records += f.rows.NumRows()
		}
		e.epochRows += int(f.rows.NumRows())
		f.rows.Release()
	}
}

// release frees what was decoded of a fetch that does not count.
func (f *fetched) release() {
	for _, head := range f.heads {
		head.release()
	}
	if f.rows != nil {
		f.rows.Release()
	}
}

func (e *Engine) settleReading(r *reading, f *fetched) {
	q, at := r.query, r.at(f.Partition)
	if f.Next > at.next {
		at.next, q.dirty = f.Next, true
	}
	if f.Watermark != nil {
		at.raise(*f.Watermark, e.config.Now())
	}
	head := f.heads[r]
	if head == nil {
		return
	}
	q.rowsIn += head.rows
	q.link(f.traces)
	if head.highest > engine.MinTime {
		delay := engine.Time(f.source.Delay.Microseconds())
		at.raise(max(head.highest, engine.MinTime+delay)-delay, e.config.Now())
	}
	e.handOn(r, head, f)
}

// handOn gives what the inputs have made of a fetch to the stages, and to the view.
func (e *Engine) handOn(r *reading, head *headResult, f *fetched) {
	for i, res := range head.inputs {
		e.epochRows += r.query.finish(&r.inputs[i].outlet, res.out)
		for k, parts := range res.parts {
			r.inputs[i].edges[k].route(parts, f)
		}
	}
}

// advance moves the horizons of the query's sources, and with them those of the stages: each is the lowest of what it reads.
func (q *query) advance(now time.Time) {
	ended := true
	for _, r := range q.readings {
		if r.advance(now) {
			q.dirty = true
		}
		ended = ended && r.ended()
	}
	if ended {
		q.ended, q.dirty = true, true
	}
	for _, s := range q.stages {
		q.advanceStage(s)
	}
}

// runStages runs the stages of all queries, each up to its horizon, from a level on: at each level all shards of all stages in
// parallel, one level after the other.
func (e *Engine) runStages(from int, flush bool) {
	for level := from; level <= e.levels(); level++ {
		if flush {
			e.hearFlushed(level)
		}
		tasks := e.tasksAt(level, flush)
		e.parallel(len(tasks), func(i, _ int) { e.runTask(tasks[i], flush) })
		e.collect(level)
	}
}

// hearFlushed tells the stages of a level how far those that have just flushed have come.
func (e *Engine) hearFlushed(level int) {
	for _, q := range e.queries {
		for _, s := range q.stages {
			if s.level < level {
				s.flushed = s.horizon
			} else if s.level == level {
				q.advanceStage(s)
			}
		}
	}
}

// levels is the highest level that there is.
func (e *Engine) levels() (highest int) {
	for _, q := range e.queries {
		for _, s := range q.stages {
			highest = max(highest, s.level)
		}
	}
	return highest
}

// shardTask is one shard of a stage of a query.
type shardTask struct {
	query *query
	stage *stage
	shard int
}

// tasksAt are the shards at a level that have something to do. For a flush these are all of the queries that are due.
func (e *Engine) tasksAt(level int, flush bool) []shardTask {
	var tasks []shardTask
	for _, q := range e.queries {
		if q.failed != nil || q.rests() || flush && !q.dirty && q.flushed {
			continue
		}
		for _, s := range q.stages {
			if s.level != level {
				continue
			}
			for shard, c := range s.chains {
				if flush || len(s.waiting[shard]) > 0 || s.horizon > c.advanced {
					tasks = append(tasks, shardTask{q, s, shard})
				}
			}
		}
	}
	return tasks
}

func (e *Engine) runTask(t shardTask, flush bool) {
	err := guard(fmt.Sprintf("stage %d", t.stage.index), func() error { return t.stage.step(t.shard, flush) })
	if err != nil {
		t.query.fail(err)
	}
}

// step lets one shard consume its input, advance, and flush at an epoch's end.
func (s *stage) step(shard int, flush bool) error {
	if err := s.consume(shard); err != nil {
		return err
	}
	c := s.chains[shard]
	for _, wm := range []engine.Time{s.reached, s.horizon} {
		if wm <= c.advanced {
			continue
		}
		c.advanced = wm
		c.log.note(step{kind: stepAdvance, watermark: wm})
		if err := c.advance(wm); err != nil {
			return err
		}
	}
	if !flush {
		return nil
	}
	if err := c.flush(); err != nil {
		return err
	}
	c.logFlush()
	return nil
}

// collect moves what the stages of a level have put out to the stages behind, and to the queries' changes.
func (e *Engine) collect(level int) {
	for _, q := range e.queries {
		for _, s := range q.stages {
			if q.failed != nil || s.level != level {
				continue
			}
			if err := e.collectStage(q, s); err != nil {
				q.fail(err)
			}
		}
	}
}

func (e *Engine) collectStage(q *query, s *stage) error {
	for _, c := range s.chains {
		q.collectLate(s, c, e.config.Now())
		origins := c.out.origins
		batches := c.out.take()
		if len(batches) == 0 {
			continue
		}
		divided, err := s.divide(batches, q.workers)
		for i, parts := range divided {
			s.route(i, parts, origins)
		}
		if s.result {
			e.epochRows += q.finish(&s.outlet, batches)
		} else {
			release(batches)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
