//go:build !linux

package broker

import "os/exec"

// dieWithParent does nothing where the system has no such service: who is killed leaves the broker running.
func dieWithParent(*exec.Cmd) {}
