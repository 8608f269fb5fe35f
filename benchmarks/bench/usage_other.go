//go:build !linux

package bench

import (
	"errors"
	"syscall"
	"time"
)

// selfPeak is the highest resident memory of the process. macOS tells it in bytes.
func selfPeak() int64 {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return r.Maxrss
}

// threadCPU is what the process has used: the system does not tell it of a thread.
func threadCPU() time.Duration { return selfCPU() }

// resetPeak does nothing: the system keeps the highest since the process started.
func resetPeak() {}

// Process is what another process has used. Only Linux tells it.
func Process(int) (Usage, error) {
	return Usage{}, errors.New("usage of another process: known on Linux only")
}
