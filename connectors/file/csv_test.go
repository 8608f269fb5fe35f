package file

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// columnsSQL writes columns as read_csv takes them.
func columnsSQL(columns []types.Field) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = types.QuoteString(c.Name) + ": " + types.QuoteString(c.Type.String())
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func (f *folder) readCSV(name string, columns []types.Field, options string) []string {
	f.Helper()
	return f.query(fmt.Sprintf("SELECT * FROM read_csv('%s', columns = %s, auto_detect = false%s)", f.path(name), columnsSQL(columns), options), columns)
}

func rowTexts(items []item) []string {
	var out []string
	for _, it := range items {
		out = append(out, it.text)
	}
	return out
}

var texts3 = []types.Field{col("a", types.Varchar), col("b", types.Varchar), col("c", types.Varchar)}

func TestCSVIsDuckDBs(t *testing.T) {
	const header = ", header = true"
	for name, c := range map[string]struct {
		text    string
		columns []types.Field
		options []string
		duck    string
	}{
		"plain":            {"a,b,c\n1,2,3\n4,5,6\n", texts3, nil, header},
		"no final newline": {"a,b,c\n1,2,3\n4,5,6", texts3, nil, header},
		"crlf":             {"a,b,c\r\n1,2,3\r\n4,5,6\r\n", texts3, nil, header},
		"quotes":           {"a,b,c\n\"x,y\",\"say \"\"hi\"\"\",\"\"\"\"\n", texts3, nil, header},
		"quoted newlines":  {"a,b,c\n\"1\n2\",\"\n\",3\n4,5,\"6\n\"\n", texts3, nil, header},
		"nulls":            {"a,b,c\n,,\n\"\",x,\"\"\n", texts3, nil, header},
		"nullstr":          {"a,b,c\nNA,\"NA\",\n,x,NA\n", texts3, []string{"nullstr", "NA"}, header + ", nullstr = 'NA'"},
		"inner quotes":     {"a,b,c\nx\"y,1\"\"2,z\n", texts3, nil, header + ", strict_mode = false"},
		"spaces":           {"a,b,c\n 1 , 2,3 \n", texts3, nil, header},
		"semicolon":        {"a;b;c\n1;2,5;3\n", texts3, []string{"delimiter", ";"}, header + ", delim = ';'"},
		"tab":              {"a\tb\tc\n1\t2\t3\n", texts3, []string{"delimiter", `\t`}, header + ", delim = '\t'"},
		"quote char":       {"a,b,c\n'x,y','it''s',\"q\n", texts3, []string{"quote", "'"}, header + ", quote = '''', escape = ''''"},
		"no quote":         {"a,b,c\n\"1,2\",3\n", texts3, []string{"quote", ""}, header + ", quote = ''"},
		"no header":        {"1,2,3\n4,5,6\n", texts3, []string{"header", "false"}, ", header = false"},
		"blank lines":      {"a,b,c\n\n1,2,3\n\n\n4,5,6\n\n", texts3, nil, header},
		"one column":       {"a\nx\n\ny\n", texts3[:1], nil, header},
		"byte order mark":  {"\xef\xbb\xbfa,b,c\n1,2,3\n", texts3, nil, header},
		"types": {"a,b,c,d,e,f,g\n1,2.50,2024-01-02 03:04:05.5,true,{'x': 1},\"[1, 2]\",2024-02-29\n-7, 1e3 ,2024-01-02,0,{'x': NULL},[],1999-12-31\n,,,,,,\n", []types.Field{
			col("a", types.BigInt), {Name: "b", Type: types.DecimalOf(10, 2)}, col("c", types.Timestamp), col("d", types.Boolean),
			{Name: "e", Type: types.StructOf(col("x", types.Integer))}, {Name: "f", Type: types.ListOf(types.Of(types.Integer))}, col("g", types.Date),
		}, nil, header},
		"more types": {"a,b,c,d,e,f\n00112233-4455-6677-8899-AABBCCDDEEFF,170141183460469231731687303715884105727,inf,12:13:14,\"{\"\"k\"\": [1]}\",2024-01-02 03:04:05+02\n", []types.Field{
			col("a", types.UUID), col("b", types.HugeInt), col("c", types.Double), col("d", types.Time), col("e", types.JSON), col("f", types.TimestampTZ)}, nil, header},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t)
			f.write("a.csv", c.text)
			out := f.all(f.source("csv", c.columns, c.options...), engine.ReadOptions{})
			equal(t, "rows", rowTexts(out.items["a.csv"]), f.readCSV("a.csv", c.columns, c.duck))
			equal(t, "rejects", out.rejects["a.csv"], []item(nil))
		})
	}
}

// TestCSVTypeErrorsAreDuckDBs checks that the rows kept, and the rows refused, are those that read_csv keeps and refuses.
func TestCSVTypeErrorsAreDuckDBs(t *testing.T) {
	kinds := []types.Type{types.Of(types.TinyInt), types.Of(types.BigInt), types.Of(types.HugeInt), types.Of(types.Double), types.DecimalOf(6, 2),
		types.Of(types.Boolean), types.Of(types.Date), types.Of(types.Timestamp), types.Of(types.Time), types.Of(types.UUID), types.Of(types.UInteger), types.Of(types.Interval)}
	values := []string{"1", "-1", "300", " 5", "1.5", "1e2", "abc", "99999.999", "true", "f", "yes", "2024-02-30", "2024-02-29", "2024-01-01 10:00:00", "2024-01-01T10:00:00Z",
		"10:00", "10:00:00", "25:00:00", "nan", "inf", "-", "1_000", "0x10", "00112233-4455-6677-8899-aabbccddeeff", "1 day", "170141183460469231731687303715884105728"}
	for _, kind := range kinds {
		t.Run(kind.String(), func(t *testing.T) {
			f := newFolder(t)
			columns := []types.Field{col("i", types.Integer), {Name: "v", Type: kind}}
			var text strings.Builder
			text.WriteString("i,v\n")
			for i, v := range values {
				fmt.Fprintf(&text, "%d,%s\n", i, v)
			}
			f.write("a.csv", text.String())
			out := f.all(f.source("csv", columns), engine.ReadOptions{})
			equal(t, "rows", rowTexts(out.items["a.csv"]), f.readCSV("a.csv", columns, ", header = true, ignore_errors = true"))
			if got := len(out.items["a.csv"]) + len(out.rejects["a.csv"]); got != len(values) {
				t.Errorf("%d rows and dead letters of %d records", got, len(values))
			}
		})
	}
}

func TestCSVDeadLetters(t *testing.T) {
	columns := []types.Field{col("a", types.BigInt), col("when", types.Timestamp), col("c", types.Varchar)}
	for name, c := range map[string]struct {
		text    string
		options []string
		want    []item
		rejects []item
	}{
		"type": {text: "a,when,c\n1,2024-01-01,x\nabc,2024-01-01,\"y\ny\"\n3,soon,z\n4,,w\n", want: []item{{0, "1|2024-01-01 00:00:00|x"}, {3, "4|∅|w"}},
			rejects: []item{{1, "abc,2024-01-01,\"y\ny\" | column a: 'abc' is no BIGINT"}, {2, "3,soon,z | column when: 'soon' is no TIMESTAMP"}}},
		"every row": {text: "a,when,c\nx,,\ny,,\n", rejects: []item{{0, "x,, | column a: 'x' is no BIGINT"}, {1, "y,, | column a: 'y' is no BIGINT"}}},
		"ragged": {text: "a,when,c\n1\n2,,x\n3,,y,\n", want: []item{{1, "2|∅|x"}},
			rejects: []item{{0, "1 | 1 fields where 3 are expected"}, {2, "3,,y, | 4 fields where 3 are expected"}}},
		"text after a quote": {text: "a,when,c\n1,,\"x\"y\n2,,z\n", want: []item{{1, "2|∅|z"}}, rejects: []item{{0, "1,,\"x\"y | a character follows a closing quote"}}},
		"quote not closed": {text: "a,when,c\n1,,\"x\n2,,y\n3,,z\n", want: []item{{1, "2|∅|y"}, {2, "3|∅|z"}},
			rejects: []item{{0, "1,,\"x | a quote is not closed"}}},
		"quote not closed at the end": {text: "a,when,c\n1,,\"x", rejects: []item{{0, "1,,\"x | a quote is not closed"}}},
		"quote not closed within max_line": {text: "a,when,c\n1,,\"x\n2,,y\n3,,zzzzzzzzzzzz\n", options: []string{"max_line", "16"}, want: []item{{1, "2|∅|y"}, {2, "3|∅|zzzzzzzzzzzz"}},
			rejects: []item{{0, "1,,\"x | a quote is not closed within max_line = '16' bytes"}}},
		"too long": {text: "a,when,c\n1,,xxxxxxxxxxx\n2,,y\n", options: []string{"max_line", "8"}, want: []item{{1, "2|∅|y"}},
			rejects: []item{{0, "1,,xxxxx | line of 14 bytes is longer than max_line = '8'; its first 8 bytes are kept here"}}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t)
			f.write("a.csv", c.text)
			out := f.all(f.source("csv", columns, c.options...), engine.ReadOptions{})
			equal(t, "rows", out.items["a.csv"], c.want)
			equal(t, "rejects", out.rejects["a.csv"], c.rejects)
		})
	}
}

func TestCSVColumnsAreFoundByName(t *testing.T) {
	f := newFolder(t)
	f.write("a.csv", "unused,B,a\nnot a number,2,1\nx,4,3\n")
	declared := []types.Field{col("a", types.BigInt), col("b", types.BigInt), col("gone", types.BigInt), col("unused", types.BigInt)}
	s := f.source("csv", declared)
	out := f.all(s, engine.ReadOptions{Columns: []types.Field{declared[1], declared[2], declared[0]}})
	equal(t, "asked columns only", out.items["a.csv"], []item{{0, "2|∅|1"}, {1, "4|∅|3"}})
	out = f.all(s, engine.ReadOptions{Columns: []types.Field{}})
	equal(t, "no columns", out.items["a.csv"], []item{{0, ""}, {1, ""}})
}

// A header that names no column of the source is a row: the file has none.
func TestCSVWithoutItsHeader(t *testing.T) {
	f := newFolder(t)
	f.write("a.csv", "kitchen,20\nattic,11\n")
	f.write("b.csv", "ROOM,x\nhall,1\n")
	declared := []types.Field{col("room", types.Varchar), col("value", types.BigInt)}
	out := f.all(f.source("csv", declared), engine.ReadOptions{})
	equal(t, "rows", out.items, map[string][]item{"b.csv": {{0, "hall|∅"}}})
	equal(t, "rejects", out.rejects["a.csv"], []item{{0, " | csv: header: kitchen, 20 names no column of the source, which has room, value; " +
		"header = 'false' is for files without one; the rest of the file is left out"}})
	out = f.all(f.source("csv", declared, "header", "false", "path", f.path("a.csv")), engine.ReadOptions{})
	equal(t, "without a header", out.items["a.csv"], []item{{0, "kitchen|20"}, {1, "attic|11"}})
	out = f.all(f.source("csv", nil), engine.ReadOptions{})
	equal(t, "a source without columns", len(out.rejects), 0)
}

// TestCSVRandom compares random fields, quoted where they must be and sometimes where they need not, with read_csv.
func TestCSVRandom(t *testing.T) {
	f := newFolder(t)
	pieces := []string{"a", "b", ",", "\"\"", "\n", " ", "é", "1", "\r\n", ";"}
	for seed := range uint64(40) {
		draw := rand.New(rand.NewPCG(seed, 1))
		var text strings.Builder
		text.WriteString("a,b,c\n")
		for range 200 {
			for i := range 3 {
				value := ""
				for range draw.IntN(5) {
					value += pieces[draw.IntN(len(pieces))]
				}
				if draw.IntN(3) == 0 || strings.ContainsAny(value, ",\"\r\n") {
					value = `"` + value + `"`
				}
				text.WriteString(value + []string{",", ",", "\n"}[i])
			}
		}
		name := fmt.Sprintf("%d.csv", seed)
		f.write(name, text.String())
		out := f.all(f.source("csv", texts3, "path", f.path(name)), engine.ReadOptions{})
		equal(t, fmt.Sprintf("seed %d", seed), rowTexts(out.items[name]), f.readCSV(name, texts3, ", header = true"))
	}
}
