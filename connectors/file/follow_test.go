package file

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/weirdb/weir/engine"
)

// later makes a file's times differ from those of anything written a moment ago.
func (f *folder) later(name string) {
	f.Helper()
	at := time.Now().Add(time.Second)
	check(f, os.Chtimes(f.path(name), at, at))
}

func (f *folder) scan(r *reader) {
	f.Helper()
	check(f, r.scan())
}

// follow opens a followed source and returns a function that polls until a partition's texts are those given.
func (f *folder) follow(format string, from map[string]int64) (*reader, *outcome, func(name, want string)) {
	f.Helper()
	r := f.open(f.source(format, twoColumns, "follow", "true"), engine.ReadOptions{From: from})
	out := newOutcome()
	return r, out, func(name, want string) {
		f.Helper()
		f.until(r, out, func() bool { return len(out.texts(name)) >= len(want) })
		if got := out.texts(name); got != want {
			f.Fatalf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestFollowGrowingFile(t *testing.T) {
	for _, c := range []struct {
		format, head string
		parts        []string
		want         []string
		end          int64
	}{
		{"json", "", []string{"1\n2\n3", "3\n", "", "4", "", "4\n5\n"}, []string{"1 2", "1 2 33", "", "", "", "1 2 33 44 5"}, 12},
		{"csv", "n,", []string{"s\n1,a\n", "2,\"b\n", "b\"\n3,c", "c\n"}, []string{"1|a", "", "1|a 2|b\nb", "1|a 2|b\nb 3|cc"}, 3},
	} {
		t.Run(c.format, func(t *testing.T) {
			f := newFolder(t)
			f.write("a", c.head)
			r, out, expect := f.follow(c.format, nil)
			f.until(r, out, func() bool { _, said := out.waiting["a"]; return said })
			for i, part := range c.parts {
				f.append("a", part)
				if c.want[i] != "" {
					expect("a", c.want[i])
				}
			}
			if out.next["a"] != c.end || out.waiting["a"] != 0 || out.ended["a"] {
				t.Errorf("next %d, waiting %d, ended %v", out.next["a"], out.waiting["a"], out.ended["a"])
			}
		})
	}
}

// TestIncompleteLineWaits checks that half a line is neither given nor said to be waiting, and that Poll waits.
func TestIncompleteLineWaits(t *testing.T) {
	f := newFolder(t)
	f.write("a", "1\nhalf")
	r, out, expect := f.follow("json", nil)
	expect("a", "1")
	f.until(r, out, func() bool { return out.waiting["a"] == 0 })
	if out.next["a"] != 2 {
		t.Errorf("next is %d, want 2", out.next["a"])
	}
	for range 3 {
		f.scan(r)
		if fetches := r.round(); len(fetches) > 0 {
			t.Fatalf("fetched %+v", fetches)
		}
	}
	f.append("a", " a line\n")
	expect("a", "1 half a line")
}

func TestFollowNewFiles(t *testing.T) {
	f := newFolder(t)
	r, out, expect := f.follow("json", nil)
	if len(r.Partitions()) != 0 {
		t.Fatal("partitions of nothing")
	}
	f.write("a", "1\n")
	expect("a", "1")
	f.write("b", "2\n")
	expect("b", "2")
	f.append("a", "3\n")
	expect("a", "1 3")
	equal(t, "partitions", r.Partitions(), []string{f.path("a"), f.path("b")})
	equal(t, "ended", out.ended, map[string]bool{"a": false, "b": false})
}

func TestFollowTruncated(t *testing.T) {
	f := newFolder(t)
	f.write("a", "1\n2\n3\n")
	_, out, expect := f.follow("json", nil)
	expect("a", "1 2 3")
	f.write("a", "4\n")
	expect("a#2", "4")
	f.append("a", "5\n")
	expect("a#2", "4 5")
	f.write("a", "")
	f.append("a", "6\n")
	expect("a#3", "6")
	equal(t, "ended", out.ended, map[string]bool{"a": true, "a#2": true, "a#3": false})
}

// TestFollowRotated renames the file while its writer still holds it open, as logrotate does.
func TestFollowRotated(t *testing.T) {
	for _, old := range []string{"a.1", "elsewhere/a.1"} {
		t.Run(old, func(t *testing.T) {
			f := newFolder(t)
			check(t, os.MkdirAll(f.path("elsewhere"), 0o755))
			f.write("a", "1\n2\n")
			r, out, expect := f.follow("json", nil)
			expect("a", "1 2")
			f.append("a", "3\n")
			check(t, os.Rename(f.path("a"), f.path(old)))
			f.append(old, "4\n")
			f.write("a", "10\n")
			expect("a#2", "10")
			expect("a", "1 2 3 4")
			f.append("a", "11\n")
			expect("a#2", "10 11")
			f.until(r, out, func() bool { return out.ended["a"] })
			f.scan(r)
			equal(t, "partitions", r.Partitions(), []string{f.path("a#2")})
			if len(out.items) != 2 {
				t.Errorf("partitions read: %v", out.items)
			}
		})
	}
}

// TestFollowDeleted reads an open file to its end, and takes a new file under the path for what it is.
func TestFollowDeleted(t *testing.T) {
	f := newFolder(t)
	f.write("a", "1\n2")
	f.write("b", "1\n")
	r, out, expect := f.follow("json", nil)
	expect("a", "1")
	expect("b", "1")
	f.append("a", "2\n3")
	check(t, os.Remove(f.path("a")))
	f.until(r, out, func() bool { return out.ended["a"] })
	equal(t, "the rest", out.texts("a"), "1 22 3")
	f.write("a", "4\n")
	expect("a#2", "4")
	equal(t, "partitions", r.Partitions(), []string{f.path("b"), f.path("a#2")})
}

// TestFollowRestarted resumes where another reader stopped, among generations of one path.
func TestFollowRestarted(t *testing.T) {
	f := newFolder(t)
	f.write("a", "1\n2\n3\n")
	from := map[string]int64{f.path("a"): 2}
	_, _, expect := f.follow("json", from)
	expect("a", "2 3")
	f.write("a", "4\n5\n")
	expect("a#2", "4 5")
	_, _, expect = f.follow("json", map[string]int64{f.path("a"): 6, f.path("a#2"): 2})
	expect("a#2", "5")
	f.append("a", "6\n")
	expect("a#2", "5 6")
}

// TestFollowColumnFiles waits for a file to be complete and takes a file that is written again as another.
func TestFollowColumnFiles(t *testing.T) {
	f := newFolder(t)
	whole := t.TempDir()
	_, err := f.db.Exec(fmt.Sprintf("COPY (SELECT i AS n, 's' AS s FROM range(2) t(i)) TO '%s/p' (FORMAT parquet)", whole))
	check(t, err)
	bytes, err := os.ReadFile(whole + "/p")
	check(t, err)
	f.write("a", string(bytes[:len(bytes)/2]))
	r, out, expect := f.follow("parquet", nil)
	f.scan(r)
	if fetches := r.round(); len(fetches) != 1 || fetches[0].End || len(fetches[0].Rejects) > 0 {
		t.Fatalf("of half a file: %+v", fetches)
	}
	f.append("a", string(bytes[len(bytes)/2:]))
	f.later("a")
	expect("a", "0|s 1|s")
	f.write("b", string(bytes))
	expect("b", "0|s 1|s")
	writeParquet(f, "a", 3)
	expect("a#2", "0|s0 1|s1 2|s2")
	equal(t, "ended", out.ended, map[string]bool{"a": true, "b": false, "a#2": false})
}

func TestFollowArrowStream(t *testing.T) {
	f := newFolder(t)
	writeIPC(f, "whole", true, 2, 3)
	bytes, err := os.ReadFile(f.path("whole"))
	check(t, err)
	check(t, os.Remove(f.path("whole")))
	for _, cut := range []int{4, 100, len(bytes) / 2, len(bytes) - 20, len(bytes) - 4} {
		name := fmt.Sprint(cut)
		f.write(name, string(bytes[:cut]))
	}
	r, out, expect := f.follow("arrow", nil)
	f.until(r, out, func() bool { return len(out.waiting) == 5 })
	for _, cut := range []int{4, 100, len(bytes) / 2, len(bytes) - 20, len(bytes) - 4} {
		name := fmt.Sprint(cut)
		f.append(name, string(bytes[cut:]))
		f.later(name)
		expect(name, "0|s0 1|s1 2|s2 3|s3 4|s4")
	}
	if len(out.rejects) > 0 {
		t.Errorf("rejects %v", out.rejects)
	}
}

func TestFollowCompressed(t *testing.T) {
	f := newFolder(t)
	second := gzipText("3\n4\n")
	f.write("a.gz", gzipText("1\n2\n")+second[:len(second)/2])
	_, out, expect := f.follow("json", nil)
	expect("a.gz", "1 2")
	f.append("a.gz", second[len(second)/2:])
	expect("a.gz", "1 2 3 4")
	f.append("a.gz", gzipText("5\n"))
	expect("a.gz", "1 2 3 4 5")
	if len(out.rejects) > 0 || out.next["a.gz"] != 10 {
		t.Errorf("rejects %v, next %d", out.rejects, out.next["a.gz"])
	}
}

// TestFollowManyFiles lets more files grow than may be open.
func TestFollowManyFiles(t *testing.T) {
	f := newFolder(t)
	const files = 2*maxOpen + 1
	for i := range files {
		f.write(fmt.Sprint(i), "1\n")
	}
	r, out, _ := f.follow("json", nil)
	for round := 2; round < 5; round++ {
		want := strings.TrimSpace("1 2 3 4"[:2*round-2])
		f.until(r, out, func() bool {
			for i := range files {
				if len(out.texts(fmt.Sprint(i))) < len(want) {
					return false
				}
			}
			return true
		})
		for i := range files {
			equal(t, "texts", out.texts(fmt.Sprint(i)), want)
			f.append(fmt.Sprint(i), fmt.Sprintf("%d\n", round))
		}
		if open, _ := r.countOpen(); open > maxOpen {
			t.Errorf("%d open", open)
		}
	}
}

func TestPollEndsWithItsContext(t *testing.T) {
	f := newFolder(t)
	r, _, _ := f.follow("json", nil)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, err := r.Poll(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
