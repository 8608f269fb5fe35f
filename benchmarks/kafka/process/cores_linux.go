package process

import (
	"fmt"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// CoresNote says how a run is held to its cores.
const CoresNote = "a run with n workers may use n cores only: it is pinned to the last n"

// pin leaves the calling thread, and the children that it starts, the last n cores of those it may use.
func pin(n int) error {
	var may, set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &may); err != nil {
		return fmt.Errorf("read cores: %w", err)
	}
	for core := len(may)*64 - 1; core >= 0 && set.Count() < n; core-- {
		if may.IsSet(core) {
			set.Set(core)
		}
	}
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return fmt.Errorf("pin to %d cores: %w", n, err)
	}
	return nil
}

// bindToParent has the kernel kill the child when the benchmark ends, however it ends.
func bindToParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
