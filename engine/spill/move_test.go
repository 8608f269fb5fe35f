package spill

import (
	"os"
	"regexp"
	"strconv"
	"testing"
)

// TestGrowingLetsGo: the pages of a large slice that grows are let go while it is copied.
func TestGrowingLetsGo(t *testing.T) {
	const size, allowed = 128 << 20, 32 << 20
	Configure(Options{Dir: t.TempDir(), Resident: resident() + allowed})
	defer pool.options.Store(nil)
	s := Make[byte](size)
	for i := range s {
		s[i] = byte(i)
	}
	Trim()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		t.Skip("this system does not tell how much memory a process has had: ", err)
	}
	before := resident()
	s = Grow(s, 1)
	if peak := mostResident(t); peak > before+4*allowed {
		t.Errorf("the process had up to %d MB in memory, before %d MB", peak>>20, before>>20)
	}
	for i, b := range s {
		if b != byte(i) {
			t.Fatalf("byte %d is %d", i, b)
		}
	}
	Free(s)
}

// mostResident is the most memory that the process has had.
func mostResident(t *testing.T) uint64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(text)
	if found == nil {
		t.Skip("this system does not tell how much memory a process has had")
	}
	kilobytes, err := strconv.ParseUint(string(found[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}
