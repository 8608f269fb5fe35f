package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// CoresNote says how a run is held to its cores.
const CoresNote = "a run with n workers may use n cores only: it is pinned to the last n"

// pin leaves the calling thread, and the children that it starts, the last n cores of those it may use.
func pin(n int) error {
	set, err := lastCores(n)
	if err != nil {
		return err
	}
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return fmt.Errorf("pin to %d cores: %w", n, err)
	}
	return nil
}

// lastCores are the last n of those that this process may use.
func lastCores(n int) (set unix.CPUSet, err error) {
	var may unix.CPUSet
	if err := unix.SchedGetaffinity(0, &may); err != nil {
		return set, fmt.Errorf("read cores: %w", err)
	}
	for core := len(may)*64 - 1; core >= 0 && set.Count() < n; core-- {
		if may.IsSet(core) {
			set.Set(core)
		}
	}
	return set, nil
}

// Confine leaves a running process the cores that Start gives a child: the last n of those that this process may use.
func Confine(pid, n int) error {
	set, err := lastCores(n)
	if err != nil {
		return err
	}
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return fmt.Errorf("confine process %d: %w", pid, err)
	}
	for _, t := range threads {
		id, err := strconv.Atoi(t.Name())
		if err != nil {
			return fmt.Errorf("confine process %d: %w", pid, err)
		}
		if err := unix.SchedSetaffinity(id, &set); err != nil && !errors.Is(err, unix.ESRCH) { // some threads end meanwhile
			return fmt.Errorf("confine process %d to %d cores: %w", pid, n, err)
		}
	}
	return nil
}

// bindToParent has the kernel kill the child when the benchmark ends, however it ends.
func bindToParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
