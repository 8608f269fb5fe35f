package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var ctx = context.Background()

// settings are small, so that tests see several segments.
func settings(dir string) Settings {
	return Settings{
		Dir: dir, Sync: true, SegmentBytes: 400, MaxBytes: 1 << 20, Retention: time.Hour, RetentionBytes: 1 << 20,
		Log: slog.New(slog.DiscardHandler),
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// start opens a journal for writing. The test's end closes it.
func start(t *testing.T, s Settings) *Journal {
	t.Helper()
	j, err := Open(s)
	check(t, err)
	check(t, j.Start(0))
	t.Cleanup(func() { check(t, j.Close()) })
	return j
}

func record(n int) []byte {
	return fmt.Appendf(nil, `{"n":%d,"text":"%s"}`, n, bytes.Repeat([]byte("x"), n%13))
}

// appendRange appends the records from one number up to another in one block.
func appendRange(t *testing.T, j *Journal, from, to int) {
	t.Helper()
	var records [][]byte
	for n := from; n < to; n++ {
		records = append(records, record(n))
	}
	check(t, j.Append(ctx, records))
}

// drain reads what a journal holds from a position on.
func drain(t *testing.T, j *Journal, from int64) (records []engine.Record, letters []engine.DeadLetter) {
	t.Helper()
	r := j.Read(from, true)
	defer r.Close()
	for {
		fetches, err := r.Poll(ctx)
		if err == io.EOF {
			return records, letters
		}
		check(t, err)
		for _, f := range fetches {
			records = append(records, f.Records...)
			letters = append(letters, f.Rejects...)
		}
	}
}

// isRange wants exactly the records from one number up to another.
func isRange(t *testing.T, got []engine.Record, from, to int) {
	t.Helper()
	if len(got) != to-from {
		t.Fatalf("%d records, want %d to %d", len(got), from, to-1)
	}
	for i, r := range got {
		if r.Offset != int64(from+i) || !bytes.Equal(r.Value, record(from+i)) {
			t.Fatalf("record %d is %d: %s", from+i, r.Offset, r.Value)
		}
	}
}

// What was appended is read from any position, across segments, also after a restart that goes on writing.
func TestReadFromAnyPosition(t *testing.T) {
	dir := t.TempDir()
	for restart := range 4 {
		j := start(t, settings(dir))
		for n := restart * 30; n < restart*30+30; n += 3 {
			appendRange(t, j, n, n+3)
		}
		check(t, j.Close())
	}
	j, err := Open(settings(dir))
	check(t, err)
	if len(j.segments) < 5 {
		t.Fatalf("only %d segments", len(j.segments))
	}
	for from := range 121 {
		records, letters := drain(t, j, int64(from))
		isRange(t, records, from, 120)
		if len(letters) > 0 {
			t.Fatalf("dead letters: %v", letters)
		}
	}
}

// A reader that follows gets records as they become safe, and is told when none waits.
func TestFollow(t *testing.T) {
	j := start(t, settings(t.TempDir()))
	r := j.Read(-1, false)
	defer r.Close()
	quiet, err := r.Poll(ctx)
	check(t, err)
	if len(quiet) != 1 || quiet[0].Waiting != 0 || quiet[0].Records != nil {
		t.Fatalf("of an empty journal: %+v", quiet)
	}
	for n := range 5 {
		go func() { _ = j.Append(ctx, [][]byte{record(n)}) }()
		var f engine.Fetch
		for len(f.Records) == 0 {
			fetches, err := r.Poll(ctx)
			check(t, err)
			f = fetches[0]
		}
		isRange(t, f.Records, n, n+1)
		if f.Next != int64(n+1) || f.Waiting != 0 {
			t.Errorf("next %d, waiting %d", f.Next, f.Waiting)
		}
	}
}

// slowFile lets a test hold up and count syncs.
type slowFile struct {
	file
	sync func() error
}

func (f *slowFile) Sync() error {
	if err := f.sync(); err != nil {
		return err
	}
	return f.file.Sync()
}

// All that ask while a write is under way share the next fsync.
func TestGroupCommit(t *testing.T) {
	s := settings(t.TempDir())
	s.SegmentBytes = 1 << 20
	j, err := Open(s)
	check(t, err)
	syncs, gate := 0, make(chan struct{})
	j.create = func(path string) (file, error) {
		f, err := createFile(path)
		return &slowFile{f, func() error { <-gate; syncs++; return nil }}, err
	}
	check(t, j.Start(0))
	const senders = 100
	var all sync.WaitGroup
	for n := range senders {
		all.Go(func() {
			if err := j.Append(ctx, [][]byte{record(n)}); err != nil {
				t.Error(err)
			}
		})
	}
	gathered := func() int {
		j.mu.Lock()
		defer j.mu.Unlock()
		if j.group == nil {
			return 0
		}
		return len(j.group.blocks)
	}
	for gathered() < senders/2 { // the first write waits at the gate with a few of them, or none was begun
		time.Sleep(time.Millisecond)
	}
	close(gate)
	all.Wait()
	check(t, j.Close())
	if syncs > senders/2+2 {
		t.Errorf("%d syncs for %d senders", syncs, senders)
	}
	j, err = Open(s)
	check(t, err)
	if records, _ := drain(t, j, 0); len(records) != senders {
		t.Errorf("%d records", len(records))
	}
}

// At the bound records are refused; when the queries have come after and retention has taken segments, there is room again.
func TestFull(t *testing.T) {
	s := settings(t.TempDir())
	s.MaxBytes, s.RetentionBytes = 2000, 1000
	j := start(t, s)
	n := 0
	for ; ; n++ {
		if err := j.Append(ctx, [][]byte{record(n)}); err != nil {
			if !errors.Is(err, ErrFull) {
				t.Fatal(err)
			}
			break
		}
	}
	records, _ := drain(t, j, 0)
	isRange(t, records, 0, n)
	j.Committed(int64(n))
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		err := j.Append(ctx, [][]byte{record(n)})
		if err == nil {
			break
		}
		if !errors.Is(err, ErrFull) || time.Now().After(end) {
			t.Fatal(err)
		}
	}
	first, next := j.Bounds()
	if first == 0 || next != int64(n+1) {
		t.Errorf("the journal has %d to %d", first, next)
	}
	records, letters := drain(t, j, 0)
	isRange(t, records, int(first), n+1)
	if len(letters) != 1 || letters[0].Offset != 0 {
		t.Errorf("what retention has taken is not named: %v", letters)
	}
}

// fullFile has a disk with so many bytes left.
type fullFile struct {
	file
	left *int
}

func (f *fullFile) WriteAt(b []byte, at int64) (int, error) {
	if len(b) <= *f.left {
		*f.left -= len(b)
		return f.file.WriteAt(b, at)
	}
	n, _ := f.file.WriteAt(b[:*f.left], at)
	*f.left = 0
	return n, &os.PathError{Op: "write", Path: "journal", Err: syscall.ENOSPC}
}

// A full disk refuses records, and leaves nothing of them behind; it goes on when there is room.
func TestFullDisk(t *testing.T) {
	s := settings(t.TempDir())
	j, err := Open(s)
	check(t, err)
	left := 500
	j.create = func(path string) (file, error) {
		f, err := createFile(path)
		return &fullFile{f, &left}, err
	}
	check(t, j.Start(0))
	n := 0
	for ; err == nil; n++ {
		err = j.Append(ctx, [][]byte{record(n), record(n + 1)})
		n++
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	n -= 2 // the last two were refused
	left = 1 << 20
	appendRange(t, j, n, n+2)
	check(t, j.Close())
	j, err = Open(s)
	check(t, err)
	records, letters := drain(t, j, 0)
	isRange(t, records, 0, n+2)
	if len(letters) > 0 {
		t.Error(letters)
	}
}

// An fsync that fails refuses the records; after a restart they are not there.
func TestSyncFails(t *testing.T) {
	s := settings(t.TempDir())
	j, err := Open(s)
	check(t, err)
	var broken error
	j.create = func(path string) (file, error) {
		f, err := createFile(path)
		return &slowFile{f, func() error { return broken }}, err
	}
	check(t, j.Start(0))
	appendRange(t, j, 0, 2)
	broken = errors.New("the disk is ill")
	if err := j.Append(ctx, [][]byte{record(2)}); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	broken = nil
	check(t, j.Close())
	j, err = Open(s)
	check(t, err)
	records, _ := drain(t, j, 0)
	isRange(t, records, 0, 2)
}

// Two processes cannot write to one journal. One that was not started, or is closed, takes nothing.
func TestOneWriter(t *testing.T) {
	s := settings(t.TempDir())
	first := start(t, s)
	second, err := Open(s)
	check(t, err)
	if err := second.Append(ctx, [][]byte{record(0)}); !errors.Is(err, ErrClosed) {
		t.Errorf("before the start: %v", err)
	}
	if second.Start(0) == nil {
		t.Error("both have started")
	}
	check(t, first.Close())
	check(t, second.Start(0))
	check(t, second.Close())
	if err := second.Append(ctx, [][]byte{record(0)}); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}

// A journal that was lost goes on behind what the engine has read.
func TestStartsWhereTheEngineStands(t *testing.T) {
	s := settings(t.TempDir())
	j, err := Open(s)
	check(t, err)
	check(t, j.Start(70))
	appendRange(t, j, 70, 73)
	check(t, j.Close())
	j = start(t, s)
	appendRange(t, j, 73, 75)
	records, letters := drain(t, j, 70)
	isRange(t, records, 70, 75)
	if len(letters) > 0 {
		t.Error(letters)
	}
}

// clock is moved by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(by)
}

// Segments go when all queries have done with them and their time is over; what is not committed stays.
func TestRetentionByAge(t *testing.T) {
	c := &clock{at: time.Unix(1_800_000_000, 0)}
	s := settings(t.TempDir())
	s.Now = c.now
	j := start(t, s)
	for n := range 60 {
		appendRange(t, j, n, n+1)
		c.move(time.Minute)
	}
	j.Committed(20)
	c.move(30 * time.Minute)
	appendRange(t, j, 60, 61)
	j.Committed(60)
	waitFor(t, func() bool { first, _ := j.Bounds(); return first > 10 })
	if first, _ := j.Bounds(); first > 30 { // record 30 is 60 minutes old
		t.Errorf("the journal begins at %d", first)
	}
	c.move(3 * time.Hour)
	j.Committed(61)
	waitFor(t, func() bool { first, next := j.Bounds(); return first == 61 && next == 61 })
	check(t, j.Close())
	if left, _ := filepath.Glob(filepath.Join(s.Dir, "*"+suffix)); len(left) != 1 {
		t.Errorf("files left: %v", left)
	}
	j, err := Open(s) // the empty segment remembers the number
	check(t, err)
	if _, next := j.Bounds(); next != 61 {
		t.Errorf("the next record is %d", next)
	}
}

func waitFor(t *testing.T, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not come")
		}
	}
}

// A time finds the first record that came at or after it.
func TestSeek(t *testing.T) {
	c := &clock{at: time.Unix(1_800_000_000, 0)}
	s := settings(t.TempDir())
	s.Now = c.now
	j := start(t, s)
	if at, err := j.At(c.now()); at != 0 || err != nil {
		t.Errorf("of an empty journal: %d, %v", at, err)
	}
	for n := range 50 {
		appendRange(t, j, 2*n, 2*n+2)
		c.move(time.Minute)
	}
	for n := range 50 {
		came := time.Unix(1_800_000_000, 0).Add(time.Duration(n) * time.Minute)
		if at, err := j.At(came); at != int64(2*n) || err != nil {
			t.Errorf("at minute %d: %d, %v", n, at, err)
		}
		if at, err := j.At(came.Add(-time.Second)); at != int64(2*n) || err != nil {
			t.Errorf("before minute %d: %d, %v", n, at, err)
		}
	}
	if at, err := j.At(c.now()); at != 100 || err != nil {
		t.Errorf("after all: %d, %v", at, err)
	}
}
