package bench

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// machine is what the system says of itself, as text.
type machine struct{ cpu, memory, system string }

func thisMachine() machine {
	kilobytes, _ := strconv.ParseFloat(strings.TrimSuffix(field("/proc/meminfo", "MemTotal"), " kB"), 64)
	release, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	return machine{
		cpu:    fmt.Sprintf("%s, %d in the machine", field("/proc/cpuinfo", "model name"), runtime.NumCPU()),
		memory: fmt.Sprintf("%.1f GB", kilobytes/(1<<20)),
		system: fmt.Sprintf("%s %s %s", runtime.GOOS, runtime.GOARCH, bytes.TrimSpace(release)),
	}
}

// field is the first value of a name in a file of lines such as "MemTotal: 1 kB"; empty if there is none.
func field(path, name string) string {
	text, _ := os.ReadFile(path)
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// fileSystem is the kind of file system that a folder is on: on one in memory, fsync costs nothing.
func fileSystem(dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "unknown"
	}
	mounts, _ := os.ReadFile("/proc/self/mounts")
	best, kind := "", "unknown"
	for line := range strings.Lines(string(mounts)) {
		words := strings.Fields(line) // device, folder, kind, …
		if len(words) < 3 || len(words[1]) < len(best) || !within(dir, words[1]) {
			continue
		}
		best, kind = words[1], words[2]
	}
	return kind
}

func within(dir, root string) bool {
	return dir == root || root == "/" || strings.HasPrefix(dir, root+"/")
}
