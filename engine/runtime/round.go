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

// gather waits for something to do: fetches, the end of a source, or the end of the epoch. It reports false once every source
// has ended.
func (e *Engine) gather(ctx context.Context) (fetches []*fetched, more bool) {
	cases := []reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ctx.Done())}}
	timer := time.NewTimer(max(time.Millisecond, e.config.CommitInterval-e.config.Now().Sub(e.epochStart)))
	defer timer.Stop()
	cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(timer.C)})
	live := e.liveSources()
	if len(live) == 0 {
		return nil, false
	}
	for _, s := range live {
		cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(s.fetches)})
	}
	chosen, value, _ := reflect.Select(cases)
	if chosen < 2 {
		return nil, true
	}
	now := e.config.Now()
	fetches = e.receive(nil, live[chosen-2], value.Interface().(polled), now)
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
	}
	for _, q := range e.queries {
		if q.running() {
			e.advance(q, now)
		}
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

// advance runs the later stages of a query over what has been routed to them, up to its watermark, or to the end of time if
// its source has ended.
func (e *Engine) advance(q *query, now time.Time) {
	wm := q.source.watermarkOf(q, now)
	if wm > q.watermark {
		q.watermark, q.dirty = wm, true
	}
	if q.source.ended && q.source.failed == nil {
		wm, q.ended, q.dirty = engine.MaxTime, true, true
	}
	e.runStages(q, wm, false)
}

// runStages runs stages 1 and up of a query, all shards of one stage in parallel, each stage after the one before.
func (e *Engine) runStages(q *query, wm engine.Time, flush bool) {
	for i, s := range q.stages {
		if i == 0 {
			continue
		}
		e.parallel(len(s.chains), func(shard, _ int) {
			err := guard(fmt.Sprintf("stage %d", i), func() error { return s.step(shard, wm, flush) })
			if err != nil {
				q.fail(err)
			}
		})
		if q.failed != nil {
			return
		}
		if err := e.collect(q, i); err != nil {
			q.fail(err)
			return
		}
	}
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
