package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// smallVolume is a folder of its own that can be filled up, and why there is none, where one must be root to have it.
func smallVolume(t *testing.T, megabytes int) (dir string, err error) {
	dir = t.TempDir()
	if err := syscall.Mount("weir", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", megabytes)); err != nil {
		return dir, fmt.Errorf("mount a small tmpfs: %w", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	return dir, nil
}

// fill takes what room is left on a folder's volume, until the caller removes the file that it returns.
func fill(dir string) (path string, err error) {
	path = filepath.Join(dir, "ballast")
	f, err := os.Create(path)
	if err != nil {
		return path, err
	}
	defer f.Close()
	block := make([]byte, 1<<20)
	for len(block) > 0 {
		if _, err := f.Write(block); err != nil { // no more room for as much
			block = block[:len(block)/2]
		}
	}
	return path, nil
}
