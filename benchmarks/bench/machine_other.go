//go:build !linux

package bench

import (
	"fmt"
	"runtime"
)

// machine is what the system says of itself, as text.
type machine struct{ cpu, memory, system string }

func thisMachine() machine {
	return machine{
		cpu:    fmt.Sprintf("%s, %d in the machine", runtime.GOARCH, runtime.NumCPU()),
		memory: "unknown",
		system: runtime.GOOS + " " + runtime.GOARCH,
	}
}

func fileSystem(string) string { return "unknown" }
