package pgwire

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what a token is.
type kind uint8

const (
	space     kind = iota // white space and comments
	word                  // a name or key word without quotes
	quoted                // a "quoted name"
	literal               // a 'string', E'string' or $tag$string$tag$
	parameter             // $1
	number
	mark // an operator or a bracket, one character each
)

// token is a part of a statement's text. The tokens of a text, in their order, are the text.
type token struct {
	kind kind
	text string
	at   int // byte offset in the text
}

// is reports whether the token is the given key word or character, in any case.
func (t token) is(text string) bool {
	return (t.kind == word || t.kind == mark) && strings.EqualFold(t.text, text)
}

// lex cuts a text into tokens. It takes any text: what is not closed goes to the end, for DuckDB to complain about.
func lex(sql string) []token {
	var out []token
	for at := 0; at < len(sql); {
		k, n := next(sql[at:])
		out = append(out, token{k, sql[at : at+n], at})
		at += n
	}
	return out
}

// next finds the kind and the length of the token that a text, which is not empty, begins with.
func next(s string) (kind, int) {
	switch c := s[0]; {
	case strings.HasPrefix(s, "--"):
		return space, until(s, 2, "\n")
	case strings.HasPrefix(s, "/*"):
		return space, comment(s)
	case c == '\'':
		return literal, closed(s, 1, '\'')
	case (c == 'e' || c == 'E') && len(s) > 1 && s[1] == '\'':
		return literal, escaped(s)
	case c == '"':
		return quoted, closed(s, 1, '"')
	case c == '$':
		return dollar(s)
	case '0' <= c && c <= '9':
		return number, span(s, func(r rune) bool { return r == '.' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) })
	}
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case unicode.IsSpace(r):
		return space, span(s, unicode.IsSpace)
	case r == '_' || unicode.IsLetter(r) || r > unicode.MaxASCII:
		return word, span(s, inName)
	}
	return mark, size
}

func inName(r rune) bool {
	return r == '_' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r) || r > unicode.MaxASCII && !unicode.IsSpace(r)
}

// span is the length of the beginning whose characters all belong.
func span(s string, belongs func(rune) bool) int {
	for i, r := range s {
		if !belongs(r) {
			return max(i, 1)
		}
	}
	return len(s)
}

// until is the length up to and with the first end behind from.
func until(s string, from int, end string) int {
	if i := strings.Index(s[from:], end); i >= 0 {
		return from + i + len(end)
	}
	return len(s)
}

// closed is the length of a text in quotes; a quote that is doubled belongs to the text.
func closed(s string, from int, quote byte) int {
	for i := from; i < len(s); i++ {
		if s[i] != quote {
			continue
		}
		if i+1 == len(s) || s[i+1] != quote {
			return i + 1
		}
		i++
	}
	return len(s)
}

// escaped is the length of a string as E'it\'s'.
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

// comment is the length of a comment, which may have others in it.
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

// dollar is a parameter, or a string between $tag$ and $tag$.
func dollar(s string) (kind, int) {
	if n := span(s[1:], unicode.IsDigit); len(s) > 1 && '0' <= s[1] && s[1] <= '9' {
		return parameter, 1 + n
	}
	end := strings.IndexByte(s[1:], '$')
	if end < 0 || strings.ContainsFunc(s[1:1+end], func(r rune) bool { return r == '$' || !inName(r) }) {
		return mark, 1
	}
	return literal, until(s, end+2, s[:end+2])
}

// split cuts a text at its semicolons. Statements that are empty are left out.
func split(sql string) []part {
	var out []part
	begin, blank := 0, true
	for _, t := range append(lex(sql), token{kind: mark, text: ";", at: len(sql)}) {
		switch {
		case t.is(";"):
			if !blank {
				out = append(out, part{sql[begin:t.at], begin})
			}
			begin, blank = t.at+1, true
		case t.kind != space:
			blank = false
		}
	}
	return out
}

// part is a statement in a text of several.
type part struct {
	sql string
	at  int // where it begins, in bytes
}
