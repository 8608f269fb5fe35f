package main

import (
	"os"
	"runtime/debug"
)

// gcPercent lets garbage grow to twice what is live before it is collected. What passes through a query is garbage at once and
// what stays is small beside it, so Go's default of 100 collects about thirty times a second under load.
const gcPercent = 200

// tuneGC leaves the choice to GOGC where that is set.
func tuneGC() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}
