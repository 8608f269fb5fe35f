package bench

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// selfPeak is the highest resident memory since the last resetPeak.
func selfPeak() int64 { return peakIn("/proc/self/status") }

// resetPeak makes the kernel forget the highest resident memory so far. It may be refused; then the peak stays the process's.
func resetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

func peakIn(path string) int64 {
	return sizeIn(path, "VmHWM")
}

func sizeIn(path, name string) int64 {
	kilobytes, _ := strconv.ParseInt(strings.TrimSuffix(field(path, name), " kB"), 10, 64)
	return kilobytes << 10
}

// threadCPU is what the calling thread has used.
func threadCPU() time.Duration {
	const thisThread = 1 // RUSAGE_THREAD
	var r syscall.Rusage
	if err := syscall.Getrusage(thisThread, &r); err != nil {
		return 0
	}
	return cpuOf(&r)
}

// tick is the unit of CPU time in /proc: it is 1/100 s on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// Process is what another process has used: CPU time to 10 ms, its memory, no wall time. A child that it has waited for
// does not count.
func Process(pid int) (Usage, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return Usage{}, fmt.Errorf("usage of process %d: %w", pid, err)
	}
	// 1 (name, which may hold anything) S … : utime and stime are the 14th and the 15th.
	words := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(words) < 13 {
		return Usage{}, fmt.Errorf("usage of process %d: cannot read its stat: %s", pid, text)
	}
	user, _ := strconv.ParseInt(string(words[11]), 10, 64)
	system, _ := strconv.ParseInt(string(words[12]), 10, 64)
	status := fmt.Sprintf("/proc/%d/status", pid)
	return Usage{CPU: time.Duration(user+system) * tick, RSS: sizeIn(status, "VmRSS"), PeakRSS: peakIn(status)}, nil
}
