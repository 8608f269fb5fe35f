// Package spill gives operators room for state that may be larger than memory. Small amounts are Go's; once there is much, more of it
// lies in files that are mapped into memory, which the operating system writes out and reads back a page at a time.
//
//	state   ████████████ Go's heap, up to Options.Heap
//	        ░░░░████░░░░░░░░░░░░████░░░░ files: what is in use is in memory, and is let go when the process has more than Options.Resident
//
// A slice of this package is used as any other. What it holds must have no pointers in it; slices of other things stay on the heap. Who
// drops a large slice calls Free, and must not touch it again: unlike on the heap, nothing looks after that.
package spill

import (
	"reflect"
	"slices"
	"unsafe"
)

// smallest is the number of bytes below which a slice is always on the heap.
const smallest = 4 << 10

// generous is the number of bytes from which on a slice grows by half instead of twice.
const generous = 32 << 20

// Grow makes room for n more values behind s, as slices.Grow does. If that takes a new place, s is freed: only what is returned may
// be used.
func Grow[T any](s []T, n int) []T {
	if cap(s)-len(s) >= n {
		return s
	}
	return grow(s, n)
}

func grow[T any](s []T, n int) []T {
	var zero T
	size := int(unsafe.Sizeof(zero))
	more := cap(s)
	if more*size >= generous {
		more /= 2
	}
	want := max(len(s)+n, cap(s)+more)
	if !pool.on() || want*size < smallest || hasPointers(reflect.TypeFor[T]()) {
		return slices.Grow(s, want-len(s))
	}
	fresh := Make[T](want)[:len(s)]
	move(fresh, s, atOnce/size)
	Free(s)
	return fresh
}

// atOnce is how many bytes are copied in one go.
const atOnce = 16 << 20

// move copies so many values at a time. Both places come into memory meanwhile, and nothing can interrupt a copy, not even the collector,
// for which all others wait: so between two of them pages are let go.
func move[T any](to, from []T, some int) {
	for len(from) > some {
		copy(to, from[:some])
		to, from = to[some:], from[some:]
		Trim()
	}
	copy(to, from)
}

// Make returns n zero values.
func Make[T any](n int) []T {
	var zero T
	bytes := uint64(n) * uint64(unsafe.Sizeof(zero))
	if !pool.on() || bytes < smallest || hasPointers(reflect.TypeFor[T]()) {
		return make([]T, n)
	}
	if at := pool.mapped(bytes); at != nil {
		return unsafe.Slice((*T)(at), n)
	}
	s := make([]T, n)
	pool.onHeap(unsafe.Pointer(unsafe.SliceData(s)), bytes)
	return s
}

// Free gives back what a slice of Grow or Make takes. It may be any part of the slice. On the heap it does nothing.
func Free[T any](s []T) {
	if cap(s) > 0 && pool.on() {
		pool.free(unsafe.Pointer(unsafe.SliceData(s)))
	}
}

func hasPointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return t.Len() > 0 && hasPointers(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if hasPointers(t.Field(i).Type) {
				return true
			}
		}
		return false
	case reflect.Chan, reflect.Func, reflect.Interface, reflect.Map, reflect.Pointer, reflect.Slice, reflect.String, reflect.UnsafePointer:
		return true
	}
	return false
}
