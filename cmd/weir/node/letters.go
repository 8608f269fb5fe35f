package node

import (
	"context"
	"time"
)

// forgetEvery is how often it is looked for dead letters and late rows that are too old.
const forgetEvery = time.Hour

// forgetLetters drops dead letters and late rows once they are older than they are kept, until ctx is done.
func (n *Node) forgetLetters(ctx context.Context) {
	if n.options.KeepLetters <= 0 {
		return
	}
	tick := time.NewTicker(forgetEvery)
	defer tick.Stop()
	for {
		if err := n.store.ForgetLetters(ctx, time.Now().Add(-n.options.KeepLetters)); err != nil && ctx.Err() == nil {
			n.options.Log.Error("old dead letters and late rows were not dropped, will retry", "in", forgetEvery, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
