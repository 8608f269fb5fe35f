//go:build !linux

package process

import "os/exec"

// CoresNote says how a run is held to its cores.
const CoresNote = "a run with n workers has GOMAXPROCS=n+1 and n threads in the result database; this system does not pin it to cores"

// pin does nothing where the system has no such service.
func pin(int) error { return nil }

// Confine does nothing where the system has no such service.
func Confine(int, int) error { return nil }

// bindToParent does nothing where the system has no such service: who is killed leaves the child running.
func bindToParent(*exec.Cmd) {}
