package file

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

var twoColumns = []types.Field{col("n", types.BigInt), col("s", types.Varchar)}

// resumable are the formats, each with a file of rows, among them blank lines, quoted newlines and several batches.
var resumable = []struct {
	name, file, format string
	write              func(f *folder, name string)
	rows               int
}{
	{"json", "a.ndjson", "json", func(f *folder, name string) { f.write(name, jsonLines(30)) }, 30},
	{"json gzip", "a.ndjson.gz", "json", func(f *folder, name string) { f.write(name, gzipText(jsonLines(15))+gzipText(jsonLines(15))) }, 30},
	{"json zstd", "a.ndjson.zst", "json", func(f *folder, name string) { f.write(name, zstdText(jsonLines(30))) }, 30},
	{"csv", "a.csv", "csv", func(f *folder, name string) { f.write(name, csvLines(30)) }, 30},
	{"csv gzip", "a.csv.gz", "csv", func(f *folder, name string) { f.write(name, gzipText(csvLines(30))) }, 30},
	{"parquet", "a.parquet", "parquet", func(f *folder, name string) { writeParquet(f, name, 9000) }, 9000},
	{"arrow file", "a.arrow", "arrow", func(f *folder, name string) { writeIPC(f, name, false, 10, 0, 7, 13) }, 30},
	{"arrow stream", "a.arrows", "arrow", func(f *folder, name string) { writeIPC(f, name, true, 10, 0, 7, 13) }, 30},
	{"arrow large", "a.arrow", "arrow", func(f *folder, name string) { writeIPC(f, name, false, 9000) }, 9000},
}

func jsonLines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "{\"n\":%d}%s", i, []string{"\n", "\r\n", "\n\n", "\n \n"}[i%4])
	}
	return b.String()
}

func csvLines(n int) string {
	var b strings.Builder
	b.WriteString("\xef\xbb\xbfn,s\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,%s", i, []string{"a\n", "\"b\nb\"\r\n", "\"c\"\"\"\n\n", "\n"}[i%4])
	}
	return b.String()
}

func gzipText(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text)) //nolint:errcheck // into memory
	w.Close()             //nolint:errcheck // into memory
	return b.String()
}

func zstdText(text string) string {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err)
	}
	return string(w.EncodeAll([]byte(text), nil))
}

func writeParquet(f *folder, name string, rows int) {
	f.Helper()
	_, err := f.db.Exec(fmt.Sprintf("COPY (SELECT i AS n, 's' || i AS s FROM range(%d) t(i)) TO '%s' (FORMAT parquet, ROW_GROUP_SIZE 2048)", rows, f.path(name)))
	check(f, err)
}

// writeIPC writes batches of the given sizes, as an Arrow file or stream.
func writeIPC(f *folder, name string, stream bool, sizes ...int) {
	f.Helper()
	file, err := os.Create(f.path(name))
	check(f, err)
	defer file.Close()
	schema := types.Schema(twoColumns)
	var w interface {
		Write(arrow.RecordBatch) error
		Close() error
	} = ipc.NewWriter(file, ipc.WithSchema(schema))
	if !stream {
		w, err = ipc.NewFileWriter(file, ipc.WithSchema(schema))
		check(f, err)
	}
	n := 0
	for _, size := range sizes {
		b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
		for range size {
			b.Field(0).(*array.Int64Builder).Append(int64(n))
			b.Field(1).(*array.StringBuilder).Append(fmt.Sprint("s", n))
			n++
		}
		check(f, w.Write(b.NewRecordBatch()))
	}
	check(f, w.Close())
}

// TestResumeFromEveryPosition reads each file from each of its positions and expects exactly what comes after it.
func TestResumeFromEveryPosition(t *testing.T) {
	for _, c := range resumable {
		t.Run(c.name, func(t *testing.T) {
			f := newFolder(t)
			c.write(f, c.file)
			s := f.source(c.format, twoColumns)
			whole := f.all(s, engine.ReadOptions{})
			items, end := whole.items[c.file], whole.next[c.file]
			if len(items) != c.rows || len(whole.rejects) > 0 {
				t.Fatalf("%d rows, rejects %v", len(items), whole.rejects)
			}
			for i := 0; i <= len(items); i += 1 + c.rows/100 {
				from := end
				if i < len(items) {
					from = items[i].offset
				}
				part := f.all(s, engine.ReadOptions{From: map[string]int64{f.path(c.file): from}})
				equal(t, fmt.Sprintf("from %d", from), part.items[c.file], items[i:])
				if part.next[c.file] != end || !part.ended[c.file] {
					t.Errorf("from %d: next %d, want %d", from, part.next[c.file], end)
				}
			}
		})
	}
}

// TestResumeFromEveryNext cuts reading off after each Poll and goes on with another reader.
func TestResumeFromEveryNext(t *testing.T) {
	for _, c := range resumable {
		t.Run(c.name, func(t *testing.T) {
			f := newFolder(t)
			c.write(f, c.file)
			s := f.source(c.format, twoColumns)
			whole, parts := f.all(s, engine.ReadOptions{}), newOutcome()
			for !parts.ended[c.file] {
				r := f.open(s, engine.ReadOptions{From: map[string]int64{f.path(c.file): parts.next[c.file]}})
				fetches, err := r.Poll(t.Context())
				check(t, err)
				f.take(parts, fetches[0])
				check(t, r.Close())
			}
			equal(t, "pieces", parts.items[c.file], whole.items[c.file])
		})
	}
}

// TestResumeOfAnotherFile starts again if a file is shorter than its position.
func TestResumeOfAnotherFile(t *testing.T) {
	for _, c := range resumable {
		t.Run(c.name, func(t *testing.T) {
			f := newFolder(t)
			c.write(f, c.file)
			s := f.source(c.format, twoColumns)
			whole := f.all(s, engine.ReadOptions{})
			out := f.all(s, engine.ReadOptions{From: map[string]int64{f.path(c.file): 1_000_000}})
			equal(t, "old", out.items[c.file], []item(nil))
			equal(t, "new", out.items[c.file+"#2"], whole.items[c.file])
			if !out.ended[c.file] {
				t.Error("the old partition has not ended")
			}
			next := whole.next[c.file]
			again := f.all(s, engine.ReadOptions{From: map[string]int64{f.path(c.file): 1_000_000, f.path(c.file) + "#2": next}})
			equal(t, "after a restart", again.items, map[string][]item{})
			if !again.ended[c.file+"#2"] || again.next[c.file+"#2"] != next {
				t.Errorf("ended %v, next %v", again.ended, again.next)
			}
		})
	}
}
