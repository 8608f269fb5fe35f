package journal

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
)

// look finds the segments, and where the last of them ends.
func (j *Journal) look() error {
	firsts, err := list(j.settings.Dir)
	if err != nil {
		return err
	}
	j.segments, j.next, j.arrived, j.blocked = nil, 0, 0, false
	for i, first := range firsts {
		s, err := j.lookAt(first)
		if err == nil && i == len(firsts)-1 {
			err = j.findEnd(&s)
		}
		if err != nil {
			return err
		}
		j.segments = append(j.segments, s)
	}
	return nil
}

// list are the numbers that the folder's segments are named after, in order.
func list(dir string) ([]int64, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var firsts []int64
	for _, e := range entries {
		name, ours := strings.CutSuffix(e.Name(), suffix)
		first, err := strconv.ParseInt(name, 10, 64)
		if ours && err == nil && first >= 0 {
			firsts = append(firsts, first)
		}
	}
	slices.Sort(firsts)
	return firsts, nil
}

// lookAt reads when a segment began, and how long its file is.
func (j *Journal) lookAt(first int64) (s segment, err error) {
	s.first = first
	f, err := os.Open(j.path(first))
	if err != nil {
		return s, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return s, err
	}
	s.size = info.Size()
	text := make([]byte, headBytes)
	if n, _ := f.ReadAt(text, 0); n == headBytes { // what cannot be read is found when it has to be
		if h, ok := parseHead(text); ok {
			s.began = h.at
		}
	}
	return s, nil
}

// findEnd reads the last segment up to where it can be written on. It takes off what a crash has left of a write.
//
//	block │ block │ blo             cut short: taken off
//	block │ block │ 0 0 0 0         never written: taken off
//	block │ block │ #?!             damage: kept, and the next record begins a new segment
func (j *Journal) findEnd(s *segment) error {
	f, err := os.Open(j.path(s.first))
	if err != nil {
		return err
	}
	defer f.Close()
	w := walker{file: f, size: s.size, next: s.first}
	for {
		h, _, lost, err := w.step()
		switch {
		case err != nil:
			return err
		case h != nil:
			j.arrived = max(j.arrived, h.at)
		case lost == nil:
			j.next = w.next
			return nil
		case w.tornAt(lost.offset):
			s.size, j.next = lost.offset, lost.first
			if lost.bytes > 0 {
				j.settings.Log.Warn("the end of a write that was under way is left out of the journal: nobody was told that it was safe",
					"file", f.Name(), "offset", lost.offset, "bytes", lost.bytes)
			}
			return nil
		case w.offset >= s.size: // at its end: those behind get other numbers than the ones that are lost
			j.next, j.blocked = max(w.next, lost.first+1), true
			return nil
		}
	}
}
