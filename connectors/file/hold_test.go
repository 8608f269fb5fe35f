package file

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
)

// TestHeldFilesAreNotRead: files that are held keep their place while the others are read to their ends; then the reader waits, and
// goes on when they are not held any more.
func TestHeldFilesAreNotRead(t *testing.T) {
	f := newFolder(t)
	for i := range 20 {
		f.write(fmt.Sprintf("%02d", i), strings.Repeat("{}\n", 2*batchRows))
	}
	r := f.open(f.source("json", nil), engine.ReadOptions{})
	var held []string
	for i := 0; i < 20; i += 2 {
		held = append(held, f.path(fmt.Sprintf("%02d", i)))
	}
	r.Hold(held)
	out := newOutcome()
	f.until(r, out, func() bool { return len(r.Partitions()) == 10 })
	for i := range 20 {
		name := fmt.Sprintf("%02d", i)
		if got, want := len(out.items[name]), i%2*2*batchRows; got != want {
			t.Errorf("%d records of file %s were read, want %d", got, name, want)
		}
	}
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if fetches, err := r.Poll(soon); err == nil {
		t.Errorf("%d fetches while all files are held", len(fetches))
	}
	go r.Hold(nil)
	f.until(r, out, func() bool { return len(r.Partitions()) == 0 })
	if got := len(out.items["00"]); got != 2*batchRows {
		t.Errorf("%d records of a file that was held", got)
	}
}

// TestTooManyHeavyFilesAreNotHeld: of files that stay open until they are read, more than may be open would wait for some that cannot be
// opened.
func TestTooManyHeavyFilesAreNotHeld(t *testing.T) {
	f := newFolder(t)
	var held []string
	for i := range maxHeavy + 1 {
		name := fmt.Sprintf("%02d.gz", i)
		f.write(name, gzipText(strings.Repeat("{}\n", 2*batchRows)))
		if i < maxHeavy {
			held = append(held, f.path(name))
		}
	}
	r := f.open(f.source("json", nil), engine.ReadOptions{})
	out := newOutcome()
	f.until(r, out, func() bool { return len(out.items) >= maxHeavy })
	r.Hold(held)
	last := fmt.Sprintf("%02d.gz", maxHeavy)
	f.until(r, out, func() bool { return out.ended[last] })
	r.Hold(nil)
	f.until(r, out, func() bool { return len(r.Partitions()) == 0 })
}
