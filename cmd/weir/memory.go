package main

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/dustin/go-humanize"
	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/engine/spill"
)

// leastMemory is what the smallest pipelines need.
const leastMemory = 256_000_000

// memoryShares divides what the process may use.
//
//	--memory 1GB   ├ DuckDB 256MB ┼ Go 512MB, state on its heap up to 128MB ┼ pages of spilled state 256MB ┤
type memoryShares struct{ total uint64 }

// memoryFor reads --memory; without it, three quarters of what the machine or its container has.
func memoryFor(flag string) (memoryShares, error) {
	if flag == "" {
		has, err := memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)()
		if err != nil {
			return memoryShares{}, fmt.Errorf("how much memory the machine has cannot be told, give --memory: %w", err)
		}
		return memoryShares{max(has/4*3, leastMemory)}, nil
	}
	total, err := humanize.ParseBytes(flag)
	if err != nil {
		return memoryShares{}, fmt.Errorf("--memory %q: want a number of bytes with a unit, such as 512MB or 4GB", flag)
	}
	if total < leastMemory {
		return memoryShares{}, fmt.Errorf("--memory %s: want at least %s", flag, humanize.Bytes(leastMemory))
	}
	return memoryShares{total}, nil
}

// apply bounds the process, and what an epoch holds.
func (m memoryShares) apply(o *node.Options) {
	if o.MemoryLimit == "" {
		o.MemoryLimit = fmt.Sprintf("%dMB", min(m.total/4, 1<<30)>>20)
	}
	o.EpochBytes = int64(min(m.total/16, 256<<20))
	o.EpochRows = int(min(m.total>>11, 2_000_000))
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(m.total / 2))
	}
}

// spill sends state beyond its share to files in the database's state folder, until ctx is done.
func (m memoryShares) spill(ctx context.Context, n *node.Node) {
	spill.Configure(spill.Options{Dir: n.StateDir(), Heap: m.total / 8, Resident: m.total / 4 * 3})
	go func() {
		tick := time.NewTicker(trimEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				spill.Trim()
			}
		}
	}()
}

// trimEvery is short, because a worker touches gigabytes of spilled state in a second.
const trimEvery = 2 * time.Millisecond
