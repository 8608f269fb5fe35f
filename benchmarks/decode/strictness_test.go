package decode

import (
	"fmt"
	"strings"
	"testing"
)

// wrong are records that JSON does not allow, or that have no one reading. %s is the rest of a good one.
var wrong = []struct{ name, record string }{
	{"truncated", `{"x":1,%s`},
	{"trailing text", `{%s} x`},
	{"control character", "{\"x\":\"a\nb\",%s}"},
	{"UTF-8", "{\"x\":\"\xff\",%s}"},
	{"escape", `{"x":"\q",%s}`},
	{"half surrogate", `{"x":"\ud800",%s}`},
	{"leading zero", `{"x":01,%s}`},
	{"number", `{"x":1.,%s}`},
	{"literal", `{"x":tru,%s}`},
	{"missing comma", `{"x":[1 2],%s}`},
	{"brackets", `{"x":[1},%s}`},
	{"out of range", `{"auction":99999999999999999999,"price":2,"date_time":"2026-01-01T00:00:00.000Z"}`},
	{"key twice", `{"auction":7,%s}`},
}

// TestStrictness lists what each contestant lets pass. Only Weir must not.
func TestStrictness(t *testing.T) {
	const rest = `"auction":1,"price":2,"date_time":"2026-01-01T00:00:00.000Z"`
	for _, c := range contestants {
		if c.name == "hand-unchecked" {
			continue
		}
		read, err := c.new(false)
		if err != nil {
			t.Fatal(err)
		}
		var passed []string
		for _, w := range wrong {
			record := strings.Replace(w.record, "%s", rest, 1)
			if takes(read, record) {
				passed = append(passed, w.name)
			}
		}
		t.Logf("%-14s lets pass: %s", c.name, strings.Join(passed, ", "))
		if c.name == "weir" && len(passed) > 0 {
			t.Errorf("weir lets pass: %v", passed)
		}
	}
}

// takes reports whether a record is read without an error. A library that panics does not take it.
func takes(read reader, record string) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Println(p)
		}
	}()
	_, err := read([][]byte{[]byte(record)})
	return err == nil
}
