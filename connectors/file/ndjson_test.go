package file

import (
	"strings"
	"testing"

	"github.com/weirdb/weir/engine"
)

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 200_000)
	for name, c := range map[string]struct {
		text    string
		options []string
		want    []item
		rejects []item
	}{
		"plain":               {text: "{1}\n{22}\n", want: []item{{0, "{1}"}, {4, "{22}"}}},
		"no newline at end":   {text: "{1}\n{2}", want: []item{{0, "{1}"}, {4, "{2}"}}},
		"crlf":                {text: "{1}\r\n{2}\r\n{3}\r", want: []item{{0, "{1}"}, {5, "{2}"}, {10, "{3}"}}},
		"blank lines":         {text: "\n  \t\r\n{1}\n\n   {2}\n\n", want: []item{{6, "{1}"}, {11, "   {2}"}}},
		"empty file":          {text: ""},
		"only blanks":         {text: "\n\n  "},
		"byte order mark":     {text: "\xef\xbb\xbf{1}\n{2}\n", want: []item{{3, "{1}"}, {7, "{2}"}}},
		"line as long as max": {text: "12345\n6\n", options: []string{"max_line", "5"}, want: []item{{0, "12345"}, {6, "6"}}},
		"too long": {text: "1\n123456\n2\n", options: []string{"max_line", "5"}, want: []item{{0, "1"}, {9, "2"}},
			rejects: []item{{2, "12345 | line of 6 bytes is longer than max_line = '5'; its first 5 bytes are kept here"}}},
		"too long at the end": {text: "1\n123456789", options: []string{"max_line", "5"}, want: []item{{0, "1"}},
			rejects: []item{{2, "12345 | line of 9 bytes is longer than max_line = '5'; its first 5 bytes are kept here"}}},
		"too long over blocks": {text: "1\n" + strings.Repeat(long, 10) + "\n2\n", options: []string{"max_line", "100000"}, want: []item{{0, "1"}, {2_000_003, "2"}},
			rejects: []item{{2, long[:keptOfLong] + " | line of 2000000 bytes is longer than max_line = '100000'; its first 65536 bytes are kept here"}}},
		"lines over blocks":  {text: strings.Repeat(long+"\n", 4), want: []item{{0, long}, {200_001, long}, {400_002, long}, {600_003, long}}},
		"one line of blocks": {text: strings.Repeat(long, 10), want: []item{{0, strings.Repeat(long, 10)}}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t)
			f.write("a", c.text)
			out := f.all(f.source("json", nil, c.options...), engine.ReadOptions{})
			equal(t, "records", out.items["a"], c.want)
			equal(t, "rejects", out.rejects["a"], c.rejects)
			if !out.ended["a"] || out.next["a"] != int64(len(c.text)) || out.waiting["a"] != 0 {
				t.Errorf("ended %v, next %d, waiting %d; want the end at %d", out.ended["a"], out.next["a"], out.waiting["a"], len(c.text))
			}
		})
	}
}

func TestRecordsKeepTheirBytes(t *testing.T) {
	f := newFolder(t)
	var text strings.Builder
	for i := range 20_000 {
		text.WriteString(strings.Repeat(string(rune('a'+i%26)), i%97+1) + "\n")
	}
	f.write("a", text.String())
	r := f.open(f.source("json", nil), engine.ReadOptions{})
	var kept []engine.Record
	polls := 0
	for {
		fetches, err := r.Poll(t.Context())
		if err != nil {
			break
		}
		polls++
		kept = append(kept, fetches[0].Records...) // no copy: a later Poll must not write over them
	}
	if len(kept) != 20_000 || polls < 5 {
		t.Fatalf("%d records in %d polls", len(kept), polls)
	}
	for _, k := range kept {
		if want := text.String()[k.Offset : int(k.Offset)+len(k.Value)]; string(k.Value) != want || text.String()[int(k.Offset)+len(k.Value)] != '\n' {
			t.Fatalf("record at %d is %q, want %q", k.Offset, k.Value, want)
		}
	}
}
