package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// brokenLine is a line that is no event, and a part of the reason that must be given.
type brokenLine struct{ text, reason string }

var brokenLines = []brokenLine{
	{`{"id":7,"k":"cut`, "not JSON"},
	{`not JSON at all`, "not JSON"},
	{`[1,2,3]`, "not an object"},
	{`"text"`, "not an object"},
	{`{"id":"seven","k":"x"}`, "column id"},
	{`{"id":1.5e99}`, "column id"},
	{`{"id":8,"ts":"yesterday"}`, "column ts"},
	{`{"id":9,"n":3000000000}`, "column n"},
	{"{\"id\":10,\"k\":\"\xff\xfe\"}", ""},
}

// Lines that cannot be read stand in weir.dead_letters with their bytes, place and reason; those between them count. Reading
// again doubles nothing.
func TestBrokenLines(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	e := newEvents(rng, 0)
	var file, good []byte
	var want []deadRecord
	for _, b := range brokenLines {
		some := e.lines(nil, 200)
		good, file = append(good, some...), append(file, some...)
		want = append(want, deadRecord{"ev.ndjson", int64(len(file)), []byte(b.text)})
		file = append(append(file, b.text...), '\n')
	}
	empty := "{}\n" // an event without values
	good, file = append(good, empty...), append(file, empty...)
	write(t, dir, "ev.ndjson", string(file))
	write(t, dir, "x.sql", sourceOf("connector = 'file', path = 'ev.ndjson', format = 'json'")+statements(views))
	_, said := run(t, dir, 0, "run", "--db", "x.duckdb", "--once", "x.sql")
	if n := counter(t, said, `(\d+) dead letters`); n != len(brokenLines) {
		t.Errorf("weir says %d dead letters, want %d", n, len(brokenLines))
	}
	says(t, "broken lines", said, "they are in weir.dead_letters", fmt.Sprintf("source=ev partition=ev.ndjson records=%d error=", len(brokenLines)))
	finish(t, dir)
	j := judgeLines(t, filepath.Join(dir, "x.duckdb"), good)
	j.equal(views)
	j.noLateRows()
	j.deadLetters(want)
	reasons := j.rows(`FROM (SELECT reason FROM r.weir.dead_letters ORDER BY "offset")`)
	for i, b := range brokenLines {
		if i >= len(reasons) || !strings.Contains(reasons[i], b.reason) {
			t.Errorf("%s: reasons are %q, want one with %q", b.text, reasons, b.reason)
		}
	}
}
