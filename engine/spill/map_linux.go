package spill

import (
	"bytes"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// mapFile makes a file without a name and maps it. Its blocks are reserved, so that a disk that is full says so here.
func mapFile(dir string, size int) ([]byte, error) {
	file, err := os.CreateTemp(dir, "weir-spill-")
	if err != nil {
		return nil, fmt.Errorf("spill: %w", err)
	}
	defer file.Close()
	if err := os.Remove(file.Name()); err != nil {
		return nil, fmt.Errorf("spill: %w", err)
	}
	page := os.Getpagesize()
	size = (size + page - 1) / page * page
	if err := unix.Fallocate(int(file.Fd()), 0, 0, int64(size)); err != nil {
		return nil, fmt.Errorf("spill: reserve %d bytes in %s: %w", size, dir, err)
	}
	memory, err := unix.Mmap(int(file.Fd()), 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("spill: map %d bytes: %w", size, err)
	}
	return memory, nil
}

func unmap(memory []byte) { _ = unix.Munmap(memory) }

// letGo takes the pages out of the process. Those that have changed are still the file's, which the kernel writes.
func letGo(memory []byte) { _ = unix.Madvise(memory, unix.MADV_DONTNEED) }

// resident is how much memory the process has; 0 if that cannot be told.
func resident() uint64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseUint(string(fields[1]), 10, 64)
	return pages * uint64(os.Getpagesize())
}
