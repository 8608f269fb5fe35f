package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// tune sets up Go's runtime for what Weir does with it. The environment's GOGC and GOMAXPROCS stand if they are set.
func tune() {
	if os.Getenv("GOMAXPROCS") == "" {
		addProcessor()
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percentFor(0))
		go followHeap()
	}
}

// addProcessor lets one goroutine more run than there are cores. While workers keep all of Go's processors busy, Go looks at the
// network every 10 ms only; with one to spare, the operating system wakes the reader as soon as records have come.
func addProcessor() { runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1) }

// garbage is how much of it may gather between two collections: records and batches that have passed through, by far the most of
// what is allocated. What stays is small beside it, so that Go's own rule, as much garbage as there is live memory, would collect
// dozens of times a second. As live memory grows, that rule comes back.
const garbage = 64 << 20

// percentFor is the GOGC that lets so much garbage gather, for an amount of live memory.
func percentFor(live uint64) int {
	const least, most = 100, 400
	return int(min(most, max(least, 100*garbage/max(live, 1))))
}

// followHeap keeps the percentage fitting for what is live.
func followHeap() {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	set := percentFor(0)
	for range time.Tick(time.Second) {
		metrics.Read(live)
		if want := percentFor(live[0].Value.Uint64()); want*5 < set*4 || want*4 > set*5 { // a change stops the world for a moment
			debug.SetGCPercent(want)
			set = want
		}
	}
}
