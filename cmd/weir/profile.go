package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/pprof"

	"github.com/spf13/pflag"
)

// cpuProfileFlag declares the flag that names a file for a CPU profile.
func cpuProfileFlag(fs *pflag.FlagSet, path *string) {
	fs.StringVar(path, "cpu-profile", "", "write a CPU profile to `FILE`, for go tool pprof -top FILE")
}

// profiled runs f, and writes a CPU profile of it to path if that is not empty.
func profiled(path string, f func() error) (err error) {
	if path == "" {
		return f()
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("--cpu-profile: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := pprof.StartCPUProfile(file); err != nil {
		return fmt.Errorf("--cpu-profile %s: %w", path, err)
	}
	defer pprof.StopCPUProfile()
	return f()
}
