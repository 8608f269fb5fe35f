package spill

import (
	"cmp"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Options bound what state takes.
type Options struct {
	Dir      string // where files are made; they have no name, and are gone with the process
	Heap     uint64 // bytes that lie on the heap before files are used
	Resident uint64 // bytes of memory that the process may have before Trim lets go of pages; 0 for no bound
}

// Configure turns spilling on, for the whole process. Without it everything is on the heap. What was made before stays where it is.
func Configure(o Options) {
	pool.options.Store(&o)
}

// regionSize is what small slices are cut from, largest what counts as small.
const (
	regionSize = 16 << 20
	largest    = regionSize / 4
)

// pool is the process's.
var pool spillPool

type spillPool struct {
	options atomic.Pointer[Options]
	heap    atomic.Int64 // bytes of slices on the heap that are alive
	files   atomic.Int64 // bytes of all regions

	mu      sync.Mutex
	regions []*region // by address
	current *region   // that slices are cut from
	hand    int       // the region that Trim lets go of next
}

// region is a file in memory. It goes once all that was cut from it has been freed.
//
//	memory   ████ ██ ███████ ─ ─ ─ ─ ─        used up to ─; live = 3 slices
type region struct {
	memory []byte
	used   int
	live   int
}

func (r *region) address() uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(r.memory))) }

func (p *spillPool) on() bool { return p.options.Load() != nil }

// onHeap counts a slice until the collector takes it.
func (p *spillPool) onHeap(at unsafe.Pointer, bytes uint64) {
	p.heap.Add(int64(bytes))
	runtime.AddCleanup((*byte)(at), func(n int64) { p.heap.Add(-n) }, int64(bytes))
}

// mapped returns room in a file; nil if there is room on the heap, or no file can be had, as on a full disk. Files are made without the
// lock: that may take a while, in which Trim must go on.
func (p *spillPool) mapped(bytes uint64) unsafe.Pointer {
	o := p.options.Load()
	if uint64(p.heap.Load())+bytes <= o.Heap {
		return nil
	}
	if bytes > largest {
		memory, err := mapFile(o.Dir, int(bytes))
		if err != nil {
			return nil
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.add(memory).cut(bytes)
	}
	if at := p.fromCurrent(bytes); at != nil {
		return at
	}
	memory, err := mapFile(o.Dir, regionSize)
	if err != nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.retire()
	p.current = p.add(memory)
	return p.current.cut(bytes)
}

// fromCurrent returns room in the current region; nil if it has none.
func (p *spillPool) fromCurrent(bytes uint64) unsafe.Pointer {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current == nil || p.current.used+int(bytes) > len(p.current.memory) {
		return nil
	}
	return p.current.cut(bytes)
}

// cut takes room off a region.
func (r *region) cut(bytes uint64) unsafe.Pointer {
	at := unsafe.Pointer(unsafe.SliceData(r.memory[r.used:]))
	const line = 64 // of the processor's cache, and what Arrow asks for
	r.used += (int(bytes) + line - 1) / line * line
	r.live++
	return at
}

func (p *spillPool) add(memory []byte) *region {
	p.files.Add(int64(len(memory)))
	r := &region{memory: memory}
	i, _ := p.find(r.address())
	p.regions = slices.Insert(p.regions, i, r)
	return r
}

// find is the first region behind an address, and the one that the address lies in.
func (p *spillPool) find(at uintptr) (int, *region) {
	i, found := slices.BinarySearchFunc(p.regions, at, func(r *region, at uintptr) int { return cmp.Compare(r.address(), at) })
	if found {
		return i, p.regions[i]
	}
	if i > 0 && at < p.regions[i-1].address()+uintptr(len(p.regions[i-1].memory)) {
		return i, p.regions[i-1]
	}
	return i, nil
}

func (p *spillPool) free(at unsafe.Pointer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, r := p.find(uintptr(at))
	if r == nil {
		return
	}
	r.live--
	if r.live == 0 && r != p.current {
		p.close(r)
	}
}

// retire stops cutting from the current region.
func (p *spillPool) retire() {
	if p.current != nil && p.current.live == 0 {
		p.close(p.current)
	}
	p.current = nil
}

func (p *spillPool) close(r *region) {
	p.regions = slices.DeleteFunc(p.regions, func(x *region) bool { return x == r })
	p.files.Add(-int64(len(r.memory)))
	unmap(r.memory)
}

// Trim lets go of the pages of files if the process has more memory than it may. Their content stays; who needs it reads it back.
func Trim() {
	o := pool.options.Load()
	if o == nil || o.Resident == 0 || pool.files.Load() == 0 || resident() <= o.Resident {
		return
	}
	pool.mu.Lock()
	defer pool.mu.Unlock()
	pool.trim(o.Resident / 8 * 7)
}

// trim lets go of one region after the other, from where it stopped the last time, until the process has no more than it should.
func (p *spillPool) trim(enough uint64) {
	const between = 64 << 20 // bytes, until the process is looked at again: that costs as much as a few page faults
	let := 0
	for range p.regions {
		p.hand = (p.hand + 1) % len(p.regions)
		letGo(p.regions[p.hand].memory)
		if let += len(p.regions[p.hand].memory); let < between {
			continue
		}
		if let = 0; resident() <= enough {
			return
		}
	}
}
