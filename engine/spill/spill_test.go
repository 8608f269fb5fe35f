package spill

import (
	"math/rand/v2"
	"testing"
)

// TestSlicesGrowAndGo grows, reads and frees slices at random, in files from the first 64 KB on.
func TestSlicesGrowAndGo(t *testing.T) {
	Configure(Options{Dir: t.TempDir(), Heap: 64 << 10, Resident: 1})
	defer pool.options.Store(nil)
	r := rand.New(rand.NewPCG(1, 1))
	slices := make([][]uint32, 20)
	for range 3000 {
		i := r.IntN(len(slices))
		if r.IntN(40) == 0 {
			Free(slices[i])
			slices[i] = nil
		}
		n := r.IntN(20_000)
		slices[i] = Grow(slices[i], n)
		for range n {
			slices[i] = append(slices[i], uint32(i)<<24|uint32(len(slices[i])))
		}
		if r.IntN(10) == 0 {
			Trim()
		}
		check(t, slices[r.IntN(len(slices))])
	}
	if pool.files.Load() == 0 {
		t.Error("nothing lies in files")
	}
	for i := range slices {
		Free(slices[i])
	}
	pool.mu.Lock()
	pool.retire()
	pool.mu.Unlock()
	if files := pool.files.Load(); files != 0 {
		t.Errorf("%d bytes of files are left, in %d regions", files, len(pool.regions))
	}
}

func check(t *testing.T, s []uint32) {
	t.Helper()
	for at, v := range s {
		if v&0xffffff != uint32(at)&0xffffff || v>>24 != s[0]>>24 {
			t.Fatalf("value %d is %x", at, v)
		}
	}
}

// TestPointersStayOnTheHeap: what the collector must see may not lie in a file.
func TestPointersStayOnTheHeap(t *testing.T) {
	Configure(Options{Dir: t.TempDir()})
	defer pool.options.Store(nil)
	before := pool.files.Load()
	texts := Make[string](10_000)
	pairs := Grow([]struct {
		n int
		p *int
	}(nil), 10_000)
	if pool.files.Load() != before || len(texts) != 10_000 || cap(pairs) < 10_000 {
		t.Errorf("%d bytes of files, before %d", pool.files.Load(), before)
	}
}

// TestNoRoomOnDisk: then the heap has to do.
func TestNoRoomOnDisk(t *testing.T) {
	Configure(Options{Dir: "/no/such/folder"})
	defer pool.options.Store(nil)
	if s := Make[uint64](100_000); len(s) != 100_000 {
		t.Error("no slice")
	}
}
