package macro

import "strings"

// kind says what a token is.
type kind int

const (
	other kind = iota // an operator, a parenthesis, a comma
	space             // white space and comments
	word              // a name or keyword without quotes, or a number
	text              // a string, quoted identifier or dollar quote
	call              // $__name
)

// token is a piece of a statement.
type token struct {
	kind kind
	text string
	at   int // byte offset in the statement
}

// lex cuts a statement into tokens. Nothing is lost: their texts in a row are the statement. What is not closed goes on to the end.
func lex(sql string) []token {
	var out []token
	for at := 0; at < len(sql); {
		k, n := next(sql[at:])
		out = append(out, token{k, sql[at : at+n], at})
		at += n
	}
	return out
}

// next is the first token's kind and length in bytes.
func next(s string) (kind, int) {
	switch {
	case isSpace(s[0]):
		return space, span(s, isSpace)
	case strings.HasPrefix(s, "--"):
		return space, until(s, "\n", 2)
	case strings.HasPrefix(s, "/*"):
		return space, comment(s)
	case s[0] == '\'' || s[0] == '"':
		return text, quoted(s, s[0])
	case (s[0] == 'e' || s[0] == 'E') && len(s) > 1 && s[1] == '\'':
		return text, escaped(s)
	case strings.HasPrefix(s, "$__"):
		return call, 3 + span(s[3:], isWord)
	case s[0] == '$':
		return dollar(s)
	case isWord(s[0]):
		return word, span(s, isWord)
	}
	return other, 1
}

func isSpace(b byte) bool { return b == ' ' || (b >= '\t' && b <= '\r') }

// isWord takes bytes of letters beyond ASCII as letters, as DuckDB does.
func isWord(b byte) bool {
	return b == '_' || (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b >= 0x80
}

// span is how many bytes from the start are of a sort.
func span(s string, is func(byte) bool) int {
	for i := range len(s) {
		if !is(s[i]) {
			return i
		}
	}
	return len(s)
}

// until is the length up to and with a mark that is looked for from an offset on.
func until(s, mark string, from int) int {
	if i := strings.Index(s[from:], mark); i >= 0 {
		return from + i + len(mark)
	}
	return len(s)
}

// comment is the length of a block comment. They nest.
func comment(s string) int {
	depth := 0
	for i := 0; i+1 < len(s); i++ {
		switch s[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			depth--
			i++
			if depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// quoted is the length of a string or identifier, in which a doubled quote stands for one.
func quoted(s string, quote byte) int {
	for i := 1; i < len(s); i++ {
		if s[i] != quote {
			continue
		}
		if i+1 < len(s) && s[i+1] == quote {
			i++
			continue
		}
		return i + 1
	}
	return len(s)
}

// escaped is the length of E'…', in which a backslash takes the next character with it.
func escaped(s string) int {
	for i := 2; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '\'' && i+1 < len(s) && s[i+1] == '\'':
			i++
		case s[i] == '\'':
			return i + 1
		}
	}
	return len(s)
}

// dollar is a dollar quote ($$…$$ or $tag$…$tag$), or else a parameter such as $1.
func dollar(s string) (kind, int) {
	tag := 1 + span(s[1:], isWord)
	isParameter := tag > 1 && s[1] >= '0' && s[1] <= '9'
	if tag < len(s) && s[tag] == '$' && !isParameter {
		return text, until(s, s[:tag+1], tag+1)
	}
	return other, 1
}

// Mentions reports whether a word stands in a statement's code, in either case.
func Mentions(sql, name string) bool {
	for _, t := range lex(sql) {
		if t.kind == word && strings.EqualFold(t.text, name) {
			return true
		}
	}
	return false
}
