package spill

import (
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow/memory"
)

// Allocator is for Arrow buffers of state: those that are not small lie in files as slices of Make do. The others, and all while
// spilling is off, are Small's. Buffers must be released, and not touched afterwards.
type Allocator struct{ Small memory.Allocator }

// Allocate implements memory.Allocator.
func (a Allocator) Allocate(size int) []byte {
	if size < smallest || !pool.on() {
		return a.Small.Allocate(size)
	}
	if at := pool.mapped(uint64(size)); at != nil {
		return unsafe.Slice((*byte)(at), size)
	}
	b := a.Small.Allocate(size)
	pool.onHeap(unsafe.Pointer(unsafe.SliceData(b)), uint64(size))
	return b
}

// Reallocate implements memory.Allocator.
func (a Allocator) Reallocate(size int, b []byte) []byte {
	if size <= cap(b) && cap(b) > 0 {
		return b[:size]
	}
	fresh := a.Allocate(size)
	move(fresh, b, atOnce)
	a.Free(b)
	return fresh
}

// Free implements memory.Allocator.
func (a Allocator) Free(b []byte) {
	if cap(b) > 0 && pool.has(unsafe.Pointer(unsafe.SliceData(b))) {
		pool.free(unsafe.Pointer(unsafe.SliceData(b)))
		return
	}
	a.Small.Free(b)
}

// has reports whether an address lies in a file.
func (p *spillPool) has(at unsafe.Pointer) bool {
	if p.files.Load() == 0 {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	_, r := p.find(uintptr(at))
	return r != nil
}
