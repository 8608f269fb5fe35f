package serve

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
)

// panels are those that refresh, and how long each answer took.
type panels struct {
	url     string
	told    *told
	client  *http.Client
	refresh time.Duration
	count   int

	mu     sync.Mutex
	took   []bench.Times // by kind
	failed error
}

func newPanels(url string, s settings, t *told) *panels {
	transport := &http.Transport{MaxIdleConnsPerHost: s.panels}
	return &panels{url: url, told: t, client: &http.Client{Transport: transport}, refresh: s.refresh, count: s.panels, took: make([]bench.Times, len(kinds))}
}

// run refreshes all panels until the time is over. Their first refreshes are spread over one interval.
func (p *panels) run(ctx context.Context, d time.Duration) error {
	begin := time.Now()
	var wait sync.WaitGroup
	for i := range p.count {
		wait.Go(func() {
			if err := p.one(ctx, i%len(kinds), begin.Add(p.refresh*time.Duration(i)/time.Duration(p.count)), begin.Add(d)); err != nil {
				p.mu.Lock()
				p.failed = err
				p.mu.Unlock()
			}
		})
	}
	wait.Wait()
	p.client.CloseIdleConnections()
	return p.failed
}

// one refreshes a panel. The time of an answer runs from when the refresh was due, so that one that had to wait for the one
// before counts in full.
func (p *panels) one(ctx context.Context, k int, due, end time.Time) error {
	for ; due.Before(end); due = due.Add(p.refresh) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Until(due)):
		}
		asked := p.told.now()
		body, err := ask(ctx, p.client, p.url, kinds[k].text(time.Now()))
		if err != nil {
			return fmt.Errorf("panel %q: %w", kinds[k].name, err)
		}
		p.note(k, time.Since(due))
		a, err := decode(body)
		if err == nil {
			err = kinds[k].right(p.told, asked, a)
		}
		if err != nil {
			return fmt.Errorf("panel %q: the answer is wrong: %w", kinds[k].name, err)
		}
	}
	return nil
}

func (p *panels) note(k int, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.took[k] = append(p.took[k], took)
}
