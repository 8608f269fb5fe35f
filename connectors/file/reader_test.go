package file

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine"
)

func TestManyFilesAreReadSideBySide(t *testing.T) {
	for _, suffix := range []string{"", ".gz"} {
		f := newFolder(t)
		const files, records = 300, 3*batchRows - 1
		text := strings.Repeat("{}\n", records)
		if suffix != "" {
			text = gzipText(text)
		}
		for i := range files {
			f.write(fmt.Sprintf("%03d%s", i, suffix), text)
		}
		r := f.open(f.source("json", nil), engine.ReadOptions{})
		if len(r.Partitions()) != files {
			t.Fatalf("%d partitions", len(r.Partitions()))
		}
		counts, begun := map[string]int{}, map[string]bool{}
		for len(r.Partitions()) > 0 {
			fetches, err := r.Poll(t.Context())
			check(t, err)
			if open, heavy := r.countOpen(); open > maxOpen || heavy > maxHeavy || len(fetches) > filesPerPoll {
				t.Fatalf("%d open, %d heavy, %d fetches", open, heavy, len(fetches))
			}
			for _, fetch := range fetches {
				begun[fetch.Partition] = true
				counts[fetch.Partition] += len(fetch.Records)
				if len(fetch.Records) > batchRows || suffix == "" && counts[fetch.Partition] > batchRows && len(begun) < files {
					t.Fatalf("%s is at %d while only %d files have begun", fetch.Partition, counts[fetch.Partition], len(begun))
				}
			}
		}
		for name, n := range counts {
			if n != records {
				t.Fatalf("%s: %d records, want %d", name, n, records)
			}
		}
	}
}

func TestPatterns(t *testing.T) {
	f := newFolder(t)
	check(t, os.MkdirAll(f.path("d/e"), 0o755))
	for _, name := range []string{"a.json", "b.json", "c.txt", "d/x.json", "d/e/y.json"} {
		f.write(name, "{}\n")
	}
	for pattern, want := range map[string][]string{
		"a.json": {"a.json"}, "*.json": {"a.json", "b.json"}, "**/*.json": {"a.json", "b.json", "d/e/y.json", "d/x.json"},
		"{a,c}.*": {"a.json", "c.txt"}, "d/?.json": {"d/x.json"}, "[bc].*": {"b.json", "c.txt"}, "*": {"a.json", "b.json", "c.txt"},
	} {
		r := f.open(f.source("json", nil, "path", f.path(pattern)), engine.ReadOptions{})
		var names []string
		for _, p := range r.Partitions() {
			name, err := filepath.Rel(f.dir, p)
			check(t, err)
			names = append(names, name)
		}
		equal(t, pattern, names, want)
	}
}

func TestRelativePathsNamePartitionsAsMatched(t *testing.T) {
	f := newFolder(t)
	f.write("a.json", "{}\n")
	t.Chdir(f.dir)
	r := f.open(f.source("json", nil, "path", "*.json"), engine.ReadOptions{})
	equal(t, "partitions", r.Partitions(), []string{"a.json"})
}

func TestNoFileMatches(t *testing.T) {
	f := newFolder(t)
	_, err := f.source("json", nil).Open(t.Context(), engine.ReadOptions{})
	if err == nil || !strings.Contains(err.Error(), "no file matches path = '"+f.path("*")+"'") {
		t.Errorf("got %v", err)
	}
	out := f.all(f.source("json", nil, "follow", "true"), engine.ReadOptions{Bounded: true})
	equal(t, "bounded, followed, empty", out.ended, map[string]bool{})
}

func TestFolderIsNoFile(t *testing.T) {
	f := newFolder(t)
	_, err := f.source("json", nil, "path", f.dir).Open(t.Context(), engine.ReadOptions{})
	if err == nil || !strings.Contains(err.Error(), "path = '"+f.dir+"' is a folder") || !strings.Contains(err.Error(), "'"+f.path("*")+"' would read") {
		t.Errorf("got %v", err)
	}
}

// TestBoundedReadsThePresentContent appends to files while they are read.
func TestBoundedReadsThePresentContent(t *testing.T) {
	for _, follow := range []string{"true", "false"} {
		f := newFolder(t)
		f.write("a", "1\n2")
		f.write("b.gz", gzipText("1\n2\n"))
		f.write("c", "")
		r := f.open(f.source("json", nil, "follow", follow), engine.ReadOptions{Bounded: true})
		f.append("a", "3\n4\n")
		f.append("b.gz", gzipText("3\n"))
		f.append("c", "1\n")
		f.write("d", "1\n")
		out := newOutcome()
		f.until(r, out, func() bool { return len(out.ended) == 3 })
		equal(t, "a", out.items["a"], []item{{0, "1"}, {2, "2"}})
		equal(t, "b", out.items["b.gz"], []item{{0, "1"}, {2, "2"}})
		equal(t, "c", out.items["c"], []item(nil))
		if _, err := r.Poll(t.Context()); err == nil || err.Error() != "EOF" {
			t.Errorf("after the end: %v", err)
		}
	}
}

func TestSourceOptionsAreChecked(t *testing.T) {
	for _, c := range []struct{ format, name, value, want string }{
		{"xml", "path", "a", "format = 'xml': allowed are 'json', 'csv', 'parquet', 'arrow'"},
		{"json", "max_line", "0", "max_line = '0': want a number of bytes above 0"},
		{"json", "path", "[a", "is not a pattern"},
		{"json", "path", "", "path is empty"},
		{"csv", "delimiter", "ab", "delimiter = 'ab': want one ASCII character"},
		{"csv", "delimiter", "é", "delimiter = 'é': want one ASCII character"},
		{"csv", "quote", "<>", "quote = '<>': want one ASCII character, or none"},
		{"csv", "quote", ",", "quote and delimiter are both ','"},
	} {
		given := map[string]string{"path": "a", c.name: c.value}
		o, err := engine.Validate(given, Connector.SourceOptions)
		check(t, err)
		if _, err = Connector.Source(engine.SourceConfig{Format: c.format, Options: o}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s = '%s': %v", c.format, c.name, c.value, err)
		}
	}
	if !slices.Equal(Connector.Formats, formats) || Connector.Formats[0] != "json" {
		t.Error("json is the default format")
	}
}

func TestUnreadableFileEndsTheSource(t *testing.T) {
	f := newFolder(t)
	f.write("a", "1\n")
	r := f.open(f.source("json", nil), engine.ReadOptions{})
	check(t, os.Remove(f.path("a")))
	if _, err := r.Poll(t.Context()); err == nil || !strings.Contains(err.Error(), "file: read "+f.path("a")) {
		t.Errorf("got %v", err)
	}
}
