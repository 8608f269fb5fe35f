package detector

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// state moves the fields of a part to bytes, or from them, or counts them: so a part lists its fields once, in its method fields.
type state struct {
	mode mode
	buf  []byte // grows when saving, shrinks when loading
	size int    // bytes in memory
	err  error  // of loading
}

type mode uint8

const (
	saving mode = iota
	loading
	sizing
)

var (
	errShort = errors.New("it ends too early")
	errEmpty = errors.New("there is nothing in it")

	errLayout = errors.New("another version of weir has written it, in another layout: go on with that version, or drop the view and create it again")
)

// word moves eight bytes.
func (s *state) word(w uint64) uint64 {
	s.size += 8
	switch s.mode {
	case saving:
		s.buf = binary.LittleEndian.AppendUint64(s.buf, w)
	case loading:
		if len(s.buf) < 8 {
			s.fail(errShort)
			return 0
		}
		w = binary.LittleEndian.Uint64(s.buf)
		s.buf = s.buf[8:]
	}
	return w
}

// layout says in which order, and with how many bytes, a part lists its fields. A part whose fields are not those of an earlier release
// begins with one that is not theirs, so that their states are known, and not read as something else.
func (s *state) layout(number uint64) {
	const mark = 0x5745_4952 << 32 // no number of rows, nor a float that is likely
	if found := s.word(mark + number); found != mark+number && s.err == nil {
		s.fail(errLayout)
	}
}

func (s *state) fail(err error) {
	if s.err == nil {
		s.err = err
	}
	s.buf = nil
}

func (s *state) float(fs ...*float64) {
	for _, f := range fs {
		*f = math.Float64frombits(s.word(math.Float64bits(*f)))
	}
}

func (s *state) integer(ns ...*int64) {
	for _, n := range ns {
		*n = int64(s.word(uint64(*n)))
	}
}

// index moves a number that is at least 0 and not above highest.
func (s *state) index(n *int, highest int) {
	got := int64(s.word(uint64(*n)))
	if s.mode == loading && (got < 0 || got > int64(highest)) {
		s.fail(fmt.Errorf("%d is not from 0 to %d", got, highest))
		got = 0
	}
	*n = int(got)
}

// list moves the length of a list, up to longest, and says whether its elements, of some bytes each, are to be moved as well.
func list[T any](s *state, of *[]T, longest, bytes int) bool {
	n := len(*of)
	s.index(&n, longest)
	switch s.mode {
	case sizing:
		s.size += bytes*cap(*of) + 16
		return false
	case loading:
		if len(s.buf) < bytes*n {
			s.fail(errShort)
			n = 0
		}
		*of = make([]T, n)
	}
	return true
}

// floats moves a list of any length up to longest.
func floats[V float32 | float64](s *state, of *[]V, longest int) {
	switch of := any(of).(type) {
	case *[]float64:
		if list(s, of, longest, 8) {
			s.floatsOf(*of)
		}
	case *[]float32:
		if list(s, of, longest, 4) {
			for i := range *of {
				(*of)[i] = math.Float32frombits(s.half(math.Float32bits((*of)[i])))
			}
		}
	}
}

// halves moves a list of any length up to longest.
func (s *state) halves(of *[]coarse, longest int) {
	if list(s, of, longest, 4) {
		for i, c := range *of {
			(*of)[i] = coarse(s.half(uint32(c)))
		}
	}
}

// floatsOf moves a list whose length is fixed.
func (s *state) floatsOf(list []float64) {
	for i := range list {
		s.float(&list[i])
	}
}

// half moves four bytes.
func (s *state) half(w uint32) uint32 {
	s.size += 4
	switch s.mode {
	case saving:
		s.buf = binary.LittleEndian.AppendUint32(s.buf, w)
	case loading:
		if len(s.buf) < 4 {
			s.fail(errShort)
			return 0
		}
		w = binary.LittleEndian.Uint32(s.buf)
		s.buf = s.buf[4:]
	}
	return w
}

// link moves small numbers, four bytes each.
func (s *state) link(ns ...*int32) {
	for _, n := range ns {
		*n = int32(s.half(uint32(*n)))
	}
}

// small moves a list of bytes whose length is fixed.
func (s *state) small(list []int8) {
	s.size += len(list)
	switch s.mode {
	case saving:
		for _, v := range list {
			s.buf = append(s.buf, byte(v))
		}
	case loading:
		if len(s.buf) < len(list) {
			s.fail(errShort)
			return
		}
		for i := range list {
			list[i] = int8(s.buf[i])
		}
		s.buf = s.buf[len(list):]
	}
}

// bytes moves n bytes.
func (s *state) bytes(list *[]byte, n int) {
	switch s.mode {
	case saving:
		s.buf = append(s.buf, *list...)
	case sizing:
		s.size += cap(*list) + 16
	case loading:
		if len(s.buf) < n {
			s.fail(errShort)
			return
		}
		*list = slices.Clone(s.buf[:n])
		s.buf = s.buf[n:]
	}
}
