package runtime

import (
	"sync"
	"sync/atomic"
)

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
