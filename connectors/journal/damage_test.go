package journal

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine"
)

// blocksOf are the numbers of the records of each block in the journals of this file's tests.
var blocksOf = [][2]int{{0, 3}, {3, 4}, {4, 8}, {8, 10}}

// written is a journal of one segment with these blocks, as bytes, and where each block ends.
func written(t testing.TB, dir string) (text []byte, ends []int) {
	t.Helper()
	s := settings(dir)
	s.SegmentBytes = 1 << 20
	j, err := Open(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Start(0); err != nil {
		t.Fatal(err)
	}
	path := j.path(0)
	for _, b := range blocksOf {
		var records [][]byte
		for n := b[0]; n < b[1]; n++ {
			records = append(records, record(n))
		}
		if err := j.Append(ctx, records); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, int(info.Size()))
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	text, err = os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text, ends
}

// restored is a journal whose only segment has the given bytes.
func restored(t *testing.T, text []byte) Settings {
	t.Helper()
	s := settings(t.TempDir())
	s.SegmentBytes, s.Sync = 1<<20, false
	check(t, os.WriteFile(filepath.Join(s.Dir, strings.Repeat("0", 20)+suffix), text, 0o600))
	return s
}

// A file that a crash has cut at any byte has its whole blocks, nothing else, and is written on behind them.
func TestCutAtEveryByte(t *testing.T) {
	text, ends := written(t, t.TempDir())
	for cut := range len(text) + 1 {
		whole, next := 0, 0
		for i, end := range ends {
			if end <= cut {
				whole, next = end, blocksOf[i][1]
			}
		}
		for _, zeros := range []int{0, 1, 200} { // a file system may have made room that was never written
			s := restored(t, append(bytes.Clone(text[:cut]), make([]byte, zeros)...))
			if zeros > 0 && cut > whole {
				continue // half a block and zeros: that is damage, and in the test below
			}
			j := start(t, s)
			appendRange(t, j, next, next+2)
			records, letters := drain(t, j, 0)
			isRange(t, records, 0, next+2)
			if len(letters) > 0 {
				t.Fatalf("cut at %d: %v", cut, letters)
			}
			check(t, j.Close())
		}
	}
}

// isWhole wants each record to be read as it was written, or to be named in a dead letter, and those of all blocks but one to be
// read. It returns the number behind all of them.
func isWhole(t *testing.T, what string, records []engine.Record, letters []engine.DeadLetter, damaged int) {
	t.Helper()
	read := map[int64]bool{}
	for _, r := range records {
		if string(r.Value) == "more" { // behind a damaged head it is not known how many records were lost: it may have the second's number
			continue
		}
		if !bytes.Equal(r.Value, record(int(r.Offset))) || read[r.Offset] {
			t.Fatalf("%s: record %d is read as %s", what, r.Offset, r.Value)
		}
		read[r.Offset] = true
	}
	for i, b := range blocksOf {
		if whole := read[int64(b[0])]; whole != (i != damaged) {
			t.Fatalf("%s: block %d is read: %v", what, i, whole)
		}
	}
	if len(letters) != 1 || letters[0].Offset != int64(blocksOf[damaged][0]) ||
		!strings.Contains(letters[0].Reason, suffix+" is damaged at byte") || len(letters[0].Value) == 0 {
		t.Fatalf("%s: dead letters %+v", what, letters)
	}
}

// A bit that has flipped anywhere costs its block, which a dead letter names, and nothing else: before and after a restart, and when
// more is written.
func TestFlipEveryBit(t *testing.T) {
	text, ends := written(t, t.TempDir())
	for at := range text {
		damaged := 0
		for ends[damaged] <= at {
			damaged++
		}
		for _, bit := range []byte{1, 2, 4, 8, 16, 32, 64, 128, 255} {
			flipped := bytes.Clone(text)
			flipped[at] ^= bit
			s := restored(t, flipped)
			j := start(t, s)
			records, letters := drain(t, j, 0)
			isWhole(t, "at once", records, letters, damaged)
			check(t, j.Append(ctx, [][]byte{[]byte("more")}))
			check(t, j.Close())
			j, err := Open(s)
			check(t, err)
			records, letters = drain(t, j, 0)
			isWhole(t, "after a restart", records, letters, damaged)
			if last := records[len(records)-1]; string(last.Value) != "more" {
				t.Fatalf("byte %d: the last record is %s", at, last.Value)
			}
		}
	}
}

// A segment that is gone, or ends too early, is named.
func TestMissingSegment(t *testing.T) {
	s := settings(t.TempDir())
	j := start(t, s)
	for n := range 40 {
		appendRange(t, j, n, n+1)
	}
	check(t, j.Close())
	gone := j.segments[2]
	check(t, os.Remove(j.path(gone.first)))
	check(t, os.Truncate(j.path(j.segments[3].first), j.segments[3].size-5))
	j, err := Open(s)
	check(t, err)
	records, letters := drain(t, j, 0)
	if len(letters) != 2 || letters[0].Offset != gone.first || letters[1].Offset != j.segments[3].first-1 {
		t.Fatalf("dead letters %+v", letters)
	}
	if lost := int(j.segments[2].first-gone.first) + 1; len(records) != 40-lost {
		t.Errorf("%d records are read", len(records))
	}
}

// FuzzSegment reads anything at all: every record it gives is one that was written, or stands in a block with sums that are right.
func FuzzSegment(f *testing.F) {
	text, ends := written(f, f.TempDir())
	f.Add(text)
	f.Add(text[:ends[1]+7])
	f.Add(append(bytes.Clone(text[:ends[0]]), text[ends[1]:]...))
	f.Add(append(bytes.Clone(text[ends[2]:]), text[:ends[2]]...))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, text []byte) {
		s := restored(t, text)
		j := start(t, s)
		before, letters := drain(t, j, 0)
		next := int64(0)
		for _, r := range before {
			if r.Offset < next {
				t.Fatalf("record %d comes after %d", r.Offset, next)
			}
			next = r.Offset + 1
		}
		if len(letters) == 0 && len(before) > 0 && int64(len(before)) != next {
			t.Fatalf("%d records up to %d, and no dead letter", len(before), next)
		}
		check(t, j.Append(ctx, [][]byte{[]byte("more")}))
		after, _ := drain(t, j, 0)
		if len(after) != len(before)+1 || string(after[len(before)].Value) != "more" {
			t.Fatalf("%d records, and %d after one more", len(before), len(after))
		}
	})
}

// A crash may cut the last of several segments, also right after it was begun: those before it are whole, and it is written on.
func TestCutLastSegment(t *testing.T) {
	s := settings(t.TempDir())
	j := start(t, s)
	for n := range 40 {
		appendRange(t, j, n, n+1)
	}
	check(t, j.Close())
	last := j.segments[len(j.segments)-1]
	text, err := os.ReadFile(j.path(last.first))
	check(t, err)
	for cut := range len(text) {
		check(t, os.WriteFile(j.path(last.first), text[:cut], 0o600))
		again, err := Open(s)
		check(t, err)
		_, next := again.Bounds()
		if next < last.first || next >= 40 {
			t.Fatalf("cut at %d of %d: the next record is %d", cut, len(text), next)
		}
		check(t, again.Start(0))
		appendRange(t, again, int(next), int(next)+1)
		records, letters := drain(t, again, 0)
		isRange(t, records, 0, int(next)+1)
		if len(letters) > 0 {
			t.Fatalf("cut at %d: %v", cut, letters)
		}
		check(t, again.Close())
		for _, more := range again.segments[len(j.segments):] { // that the new record has begun
			check(t, os.Remove(again.path(more.first)))
		}
	}
}
