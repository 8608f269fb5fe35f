package bench

import (
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// Usage is what work has cost so far: subtract what it was before.
type Usage struct {
	Wall    time.Duration
	CPU     time.Duration // user and system, of all threads
	RSS     int64         // bytes of memory that lie in RAM; 0 if unknown
	PeakRSS int64         // the most that it was; 0 if unknown
}

// Sub is the usage since before. Memory is not a difference: it is that of u.
func (u Usage) Sub(before Usage) Usage {
	return Usage{Wall: u.Wall - before.Wall, CPU: u.CPU - before.CPU, RSS: u.RSS, PeakRSS: u.PeakRSS}
}

var started = time.Now()

// Self is what this process has used since it started.
func Self() Usage {
	return Usage{Wall: time.Since(started), CPU: selfCPU(), PeakRSS: selfPeak()}
}

func selfCPU() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return cpuOf(&r)
}

func cpuOf(r *syscall.Rusage) time.Duration {
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// Measure runs f in this process and returns what it used. Garbage of what ran before is collected first; the peak of memory is
// that of this run where the system can forget the one before (Linux), and the process's otherwise.
func Measure(f func() error) (Usage, error) {
	runtime.GC()
	resetPeak()
	before := Self()
	err := f()
	return Self().Sub(before), err
}

// Child is a process whose cost is measured.
type Child struct {
	cmd     *exec.Cmd
	started time.Time
	done    chan struct{}
	peak    chan int64 // gives the peak once done is closed
}

// Start starts a command whose cost is to be measured. Call Wait once.
func Start(cmd *exec.Cmd) (*Child, error) {
	c := &Child{cmd: cmd, started: time.Now(), done: make(chan struct{}), peak: make(chan int64, 1)}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	go c.watch()
	return c, nil
}

// watch follows the peak of memory while the process is there: afterwards the system tells one that the parent's counts into.
func (c *Child) watch() {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	highest := int64(0)
	for {
		if u, err := c.Usage(); err == nil {
			highest = max(highest, u.PeakRSS)
		}
		select {
		case <-tick.C:
		case <-c.done:
			c.peak <- highest
			return
		}
	}
}

// Usage is what the process has used so far. It is an error where the system does not tell, or when the process has ended.
func (c *Child) Usage() (Usage, error) {
	u, err := Process(c.cmd.Process.Pid)
	u.Wall = time.Since(c.started)
	return u, err
}

// Wait waits for the process's end, and returns what it has used in total with the error of its exit.
func (c *Child) Wait() (Usage, error) {
	err := c.cmd.Wait()
	u := Usage{Wall: time.Since(c.started)}
	close(c.done)
	u.PeakRSS = <-c.peak
	if s := c.cmd.ProcessState; s != nil {
		u.CPU = s.UserTime() + s.SystemTime()
	}
	if err != nil {
		return u, fmt.Errorf("%s: %w", c.cmd.Path, err)
	}
	return u, nil
}
