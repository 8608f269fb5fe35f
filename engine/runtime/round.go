package runtime

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weirdb/weir/engine"
)

// gather waits for something to do: fetches, the end of a source, of a commit, or of the epoch. It reports false once every source
// has ended.
func (e *Engine) gather(ctx context.Context) (fetches []*fetched, more bool) {
	cases := []reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ctx.Done())}}
	timer := time.NewTimer(max(time.Millisecond, e.config.CommitInterval-e.config.Now().Sub(e.epochStart)))
	defer timer.Stop()
	cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(timer.C)},
		reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(e.commitDone())})
	live := e.liveSources()
	if len(live) == 0 {
		return nil, false
	}
	for _, s := range live {
		cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(s.fetches)})
	}
	chosen, value, _ := reflect.Select(cases)
	if chosen < 3 {
		return nil, true
	}
	now := e.config.Now()
	fetches = e.receive(nil, live[chosen-3], value.Interface().(polled), now)
	for _, s := range live { // what else is ready
		select {
		case p := <-s.fetches:
			fetches = e.receive(fetches, s, p, now)
		default:
		}
	}
	return fetches, len(e.liveSources()) > 0
}

func (e *Engine) liveSources() []*source {
	var live []*source
	for _, s := range e.sources {
		if !s.ended {
			live = append(live, s)
		}
	}
	return live
}

func (e *Engine) receive(fetches []*fetched, s *source, p polled, now time.Time) []*fetched {
	s.note(p, now)
	for _, f := range p.fetches {
		fetches = append(fetches, &fetched{Fetch: f, source: s})
		for _, q := range s.queries {
			q.at(f.Partition) // workers only read the map
		}
	}
	return fetches
}

// round processes fetches through all stages of all queries and advances the watermarks. It cannot fail: what goes wrong ends
// a query or a source.
func (e *Engine) round(fetches []*fetched) {
	now := e.config.Now()
	e.parallel(len(fetches), func(task, worker int) { e.headTask(fetches[task], worker, now) })
	for _, f := range fetches {
		e.settle(f)
		if f.Unpack != nil {
			f.source.rooms.give(f.Records)
		}
		if f.Done != nil {
			f.Done()
		}
	}
	var running []*query
	for _, q := range e.queries {
		if q.running() {
			q.advance(now)
			running = append(running, q)
		}
	}
	e.runStages(running, false)
	for _, q := range e.queries {
		if q.failed != nil {
			q.drop()
		}
	}
}

// headTask decodes one fetch and runs stage 0 of every query on it.
func (e *Engine) headTask(f *fetched, worker int, now time.Time) {
	if err := guard("decode", func() error { f.source.decode(f, worker, now); return f.err }); err != nil {
		f.err = err
		return
	}
	f.heads = map[*query]*headResult{}
	if f.rows == nil {
		return
	}
	for _, q := range f.source.queries {
		if !q.running() {
			continue
		}
		err := guard("stage 0", func() error {
			head, err := q.head(f, worker)
			f.heads[q] = head
			return err
		})
		if err != nil {
			q.fail(err)
		}
	}
}

// settle takes in the outcome of one fetch's head: positions, watermarks, dead letters, batches for stage 1.
func (e *Engine) settle(f *fetched) {
	s := f.source
	part := s.positions[f.Partition]
	if f.err != nil {
		s.failed, s.ended, part.broken = f.err, true, true
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
	for _, q := range s.queries {
		if q.running() {
			e.settleQuery(q, f)
		} else if head := f.heads[q]; head != nil {
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
		if head != nil {
			head.release()
		}
	}
	if f.rows != nil {
		f.rows.Release()
	}
}

func (e *Engine) settleQuery(q *query, f *fetched) {
	at := q.at(f.Partition)
	if f.Next > at.next {
		at.next, q.dirty = f.Next, true
	}
	if f.Watermark != nil {
		at.watermark = max(at.watermark, *f.Watermark)
	}
	head := f.heads[q]
	if head == nil {
		return
	}
	q.rowsIn += head.rows
	if head.highest > engine.MinTime {
		delay := engine.Time(f.source.Delay.Microseconds())
		at.watermark = max(at.watermark, max(head.highest, engine.MinTime+delay)-delay)
	}
	e.epochRows += q.finish(head.out)
	for _, parts := range head.parts {
		q.stages[1].route(parts, f)
	}
}

// advance moves the query's horizon to its watermark, or to the end of time if its source has ended.
func (q *query) advance(now time.Time) {
	if wm := q.source.watermarkOf(q, now); wm > q.watermark {
		q.watermark, q.dirty = wm, true
	}
	q.horizon = q.watermark
	if q.source.ended && q.source.failed == nil {
		q.horizon, q.ended, q.dirty = engine.MaxTime, true, true
	}
}

// runStages runs stages 1 and up of queries, each up to its horizon: at each depth all shards of all queries in parallel, one
// depth after the other.
func (e *Engine) runStages(queries []*query, flush bool) {
	for depth := 1; ; depth++ {
		tasks := shardsAt(depth, queries)
		if len(tasks) == 0 {
			return
		}
		e.parallel(len(tasks), func(i, _ int) {
			t := tasks[i]
			what := fmt.Sprintf("stage %d", depth)
			if err := guard(what, func() error { return t.query.stages[depth].step(t.shard, t.query.horizon, flush) }); err != nil {
				t.query.fail(err)
			}
		})
		for _, q := range queries {
			if q.failed != nil || depth >= len(q.stages) {
				continue
			}
			if err := e.collect(q, depth); err != nil {
				q.fail(err)
			}
		}
	}
}

// shardTask is one shard of a stage of a query.
type shardTask struct {
	query *query
	shard int
}

func shardsAt(depth int, queries []*query) []shardTask {
	var tasks []shardTask
	for _, q := range queries {
		if q.failed != nil || depth >= len(q.stages) {
			continue
		}
		for shard := range q.stages[depth].chains {
			tasks = append(tasks, shardTask{q, shard})
		}
	}
	return tasks
}

// step lets one shard consume its input, advance, and flush at an epoch's end.
func (s *stage) step(shard int, wm engine.Time, flush bool) error {
	if err := s.consume(shard); err != nil {
		return err
	}
	c := s.chains[shard]
	if wm > c.advanced {
		c.advanced = wm
		if err := c.advance(wm); err != nil {
			return err
		}
	}
	if flush {
		return c.flush()
	}
	return nil
}

// collect moves what stage i has put out to the next stage, or to the query's changes.
func (e *Engine) collect(q *query, i int) error {
	for _, c := range q.stages[i].chains {
		q.collectLate(i, c, e.config.Now())
		batches := c.out.take()
		if i+1 == len(q.stages) {
			e.epochRows += q.finish(batches)
			continue
		}
		for _, b := range batches {
			parts, err := q.split(i+1, b)
			b.Release()
			if err != nil {
				return err
			}
			q.stages[i+1].route(parts, nil)
		}
	}
	return nil
}

// watermarkOf is the query's watermark: the minimum over the source's partitions, without those that have ended or are idle.
//
//	partition 0  ────────●              10:07
//	partition 1  ──────────────●        10:12
//	partition 2  ───● (idle)            10:03
//	query                ▲ 10:07
//
// When all are idle, those that were heard last go on counting.
func (s *source) watermarkOf(q *query, now time.Time) engine.Time {
	lowest := engine.MaxTime
	for name, p := range s.positions {
		if !p.ended && !p.gone && !s.idle(p, now) {
			lowest = min(lowest, q.at(name).watermark)
		}
	}
	if lowest == engine.MaxTime {
		lowest = s.lastActive(q)
	}
	return max(lowest, q.watermark)
}

// lastActive is the watermark when every partition is idle: that of the partitions which were heard last, and so were the last
// to be active. MinTime if none is left.
func (s *source) lastActive(q *query) engine.Time {
	lowest, last := engine.MinTime, time.Time{}
	for name, p := range s.positions {
		if p.ended || p.gone || p.heard.Before(last) {
			continue
		}
		wm := q.at(name).watermark
		if p.heard.Equal(last) {
			wm = min(wm, lowest)
		}
		lowest, last = wm, p.heard
	}
	return lowest
}

// parallel runs n tasks on the workers and waits for all of them.
func (e *Engine) parallel(n int, task func(task, worker int)) {
	workers := min(n, e.config.Workers)
	if workers <= 1 {
		for i := range n {
			task(i, 0)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				task(int(i), w)
			}
		})
	}
	wg.Wait()
}
