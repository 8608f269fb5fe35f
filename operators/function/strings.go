package function

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

var stringKernels = []Kernel{
	{Names: []string{"lower", "lcase"}, Takes: "VARCHAR", Doc: "In lower case.", Example: "lower(channel)", bind: bindText(mapCase(lowerASCII, unicode.ToLower))},
	{Names: []string{"upper", "ucase"}, Takes: "VARCHAR", Doc: "In upper case.", Example: "upper(channel)", bind: bindText(mapCase(upperASCII, upperRune))},
	{Names: []string{"trim"}, Takes: "VARCHAR", Doc: "Without spaces on both sides.", Example: "trim(name)",
		bind: bindText(cut(func(s string) string { return strings.TrimFunc(s, isSpace) }))},
	{Names: []string{"ltrim"}, Takes: "VARCHAR", Doc: "Without spaces on the left.", Example: "ltrim(name)",
		bind: bindText(cut(func(s string) string { return strings.TrimLeftFunc(s, isSpace) }))},
	{Names: []string{"rtrim"}, Takes: "VARCHAR", Doc: "Without spaces on the right.", Example: "rtrim(name)",
		bind: bindText(cut(func(s string) string { return strings.TrimRightFunc(s, isSpace) }))},
	{Names: []string{"length", "len", "char_length", "character_length"}, Takes: "VARCHAR", Doc: "How many characters the text has.", Example: "length(url)",
		bind: bindText(measure(utf8.RuneCountInString))},
	{Names: []string{"strlen"}, Takes: "VARCHAR", Doc: "How many bytes the text has.", Example: "strlen(url)",
		bind: bindText(measure(func(s string) int { return len(s) }))},
	{Names: []string{"||"}, Takes: "VARCHAR", Doc: "One text after the other; NULL if one is.", Example: "first || ' ' || last", bind: bindConcat(false)},
	{Names: []string{"concat"}, Takes: "VARCHAR", Doc: "All texts that are not NULL, one after the other.", Example: "concat(first, ' ', last)", bind: bindConcat(true)},
	{Names: []string{"prefix", "starts_with", "^@"}, Takes: "two VARCHAR", Doc: "Whether the first begins with the second.", Example: "starts_with(url, 'https')",
		bind: bindMatch(strings.HasPrefix)},
	{Names: []string{"suffix", "ends_with"}, Takes: "two VARCHAR", Doc: "Whether the first ends with the second.", Example: "ends_with(url, '.html')",
		bind: bindMatch(strings.HasSuffix)},
	{Names: []string{"contains"}, Takes: "two VARCHAR", Doc: "Whether the second is in the first.", Example: "contains(url, '/item')",
		bind: bindMatch(strings.Contains)},
	{Names: []string{"~~"}, Takes: "two VARCHAR", Doc: "LIKE: % is any text, _ any character.", Example: "url LIKE '%item_.html'", bind: bindLike(false)},
	{Names: []string{"!~~"}, Takes: "two VARCHAR", Doc: "NOT LIKE.", Example: "url NOT LIKE '%item_.html'", bind: bindLike(true)},
	{Names: []string{"substring", "substr"}, Takes: "VARCHAR, BIGINT, and BIGINT or nothing", Doc: "So many characters from a position on, counted from 1, or from the end if negative.",
		Example: "substring(url, 1, 8)", bind: bindSubstring},
}

// allTexts reports whether all arguments are VARCHAR.
func allTexts(args []*plan.Expr) bool {
	for _, a := range args {
		if a.Type.ID != types.Varchar {
			return false
		}
	}
	return true
}

// bindText is for functions of one VARCHAR.
func bindText(l loop) func(*plan.Expr) (loop, []*plan.Expr) {
	return func(e *plan.Expr) (loop, []*plan.Expr) {
		if len(e.Args) != 1 || !allTexts(e.Args) {
			return nil, nil
		}
		return l, e.Args
	}
}

// mapCase maps bytes by a table where a text is ASCII, and letter by letter elsewhere.
func mapCase(table *[128]byte, letter func(rune) rune) loop {
	return func(f *frame, in []arrow.Array) (arrow.Array, error) {
		from := textsOf(in[0])
		b := newTexts(f, int(from.offsets[f.n]-from.offsets[0]))
		for i := range f.n {
			if s := from.at(i); isASCII(s) {
				b.addMapped(s, table)
			} else {
				b.add(strings.Map(letter, s))
			}
			b.end()
		}
		return b.array(arrow.BinaryTypes.String, both(f, in...)), nil
	}
}

// addMapped appends s with each byte replaced.
func (b *textBuilder) addMapped(s string, table *[128]byte) {
	start := len(b.bytes)
	b.add(s)
	out := b.bytes[start:]
	for i, c := range out {
		out[i] = table[c&127]
	}
}

func isASCII(s string) bool {
	var all byte
	for i := range len(s) {
		all |= s[i]
	}
	return all < utf8.RuneSelf
}

var lowerASCII, upperASCII = asciiTable(unicode.ToLower), asciiTable(unicode.ToUpper)

func asciiTable(letter func(rune) rune) *[128]byte {
	var table [128]byte
	for i := range table {
		table[i] = byte(letter(rune(i)))
	}
	return &table
}

// upperRune differs from Go's in one letter: DuckDB has the capital ß.
func upperRune(r rune) rune {
	if r == 'ß' {
		return 'ẞ'
	}
	return unicode.ToUpper(r)
}

// isSpace knows what DuckDB trims: spaces of every width, no tabs or newlines.
func isSpace(r rune) bool { return r == ' ' || (r >= utf8.RuneSelf && unicode.Is(unicode.Zs, r)) }

func cut(part func(string) string) loop {
	return func(f *frame, in []arrow.Array) (arrow.Array, error) {
		from := textsOf(in[0])
		b := newTexts(f, int(from.offsets[f.n]-from.offsets[0]))
		for i := range f.n {
			b.add(part(from.at(i)))
			b.end()
		}
		return b.array(arrow.BinaryTypes.String, both(f, in...)), nil
	}
}

func measure(size func(string) int) loop {
	return func(f *frame, in []arrow.Array) (arrow.Array, error) {
		from := textsOf(in[0])
		buf, out := allocate[int64](f)
		for i := range out {
			out[i] = int64(size(from.at(i)))
		}
		return build(arrow.PrimitiveTypes.Int64, f.n, both(f, in...), buf), nil
	}
}

func bindConcat(skipNulls bool) func(*plan.Expr) (loop, []*plan.Expr) {
	return func(e *plan.Expr) (loop, []*plan.Expr) {
		if !allTexts(e.Args) {
			return nil, nil
		}
		return func(f *frame, in []arrow.Array) (arrow.Array, error) {
			columns, size := make([]texts, len(in)), 0
			for i, a := range in {
				columns[i] = textsOf(a)
				size += int(columns[i].offsets[f.n] - columns[i].offsets[0])
			}
			b := newTexts(f, size)
			for i := range f.n {
				for c := range columns {
					if in[c].IsValid(i) {
						b.add(columns[c].at(i))
					}
				}
				b.end()
			}
			if skipNulls {
				return b.array(arrow.BinaryTypes.String, nil), nil
			}
			return b.array(arrow.BinaryTypes.String, both(f, in...)), nil
		}, e.Args
	}
}

// bindMatch is for tests of a text against another.
func bindMatch(matches func(s, part string) bool) func(*plan.Expr) (loop, []*plan.Expr) {
	return func(e *plan.Expr) (loop, []*plan.Expr) {
		if len(e.Args) != 2 || !allTexts(e.Args) {
			return nil, nil
		}
		return func(f *frame, in []arrow.Array) (arrow.Array, error) {
			a, b := textsOf(in[0]), textsOf(in[1])
			bits := bitmap(f.mem, f.n)
			out := bits.Bytes()
			for i := range f.n {
				out[i>>3] |= bit(matches(a.at(i), b.at(i))) << (i & 7)
			}
			return build(arrow.FixedWidthTypes.Boolean, f.n, both(f, in...), bits), nil
		}, e.Args
	}
}
