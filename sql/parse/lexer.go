package parse

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// TokenKind says what a token is.
type TokenKind uint8

// The kinds of token.
const (
	End    TokenKind = iota // after the last token
	Word                    // an identifier or keyword, or a quoted identifier
	String                  // a string literal
	Number
	Symbol // one character of punctuation
)

// Token is one piece of SQL text. Comments and white space are between tokens.
type Token struct {
	Kind   TokenKind
	Text   string // a Word without its quotes, a String's value; otherwise as written
	Quoted bool   // a Word in double quotes: never a keyword
	Pos    int    // byte offset of the first character
	End    int    // byte offset behind the last character
}

// Is reports whether t is the given keyword or symbol, in any case.
func (t Token) Is(text string) bool {
	return !t.Quoted && t.Kind != String && strings.EqualFold(t.Text, text)
}

// Tokens cuts text into tokens, as DuckDB's lexer does: quoted identifiers, strings with doubled quotes, E” and $$ strings,
// comments of both kinds. The last token is an End. Text that ends inside a string or comment is an Error.
func Tokens(text string) ([]Token, error) {
	var out []Token
	for pos := 0; ; {
		next, err := skipSpace(text, pos)
		if err != nil {
			return nil, err
		}
		if next == len(text) {
			return append(out, Token{Kind: End, Pos: next, End: next}), nil
		}
		t, err := scanToken(text, next)
		if err != nil {
			return nil, err
		}
		out, pos = append(out, t), t.End
	}
}

// skipSpace returns the position of the next character that is neither white space nor in a comment.
func skipSpace(text string, pos int) (int, error) {
	for pos < len(text) {
		rest := text[pos:]
		switch {
		case strings.HasPrefix(rest, "--"):
			if end := strings.IndexByte(rest, '\n'); end >= 0 {
				pos += end
			} else {
				pos = len(text)
			}
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest, "*/")
			if end < 0 {
				return 0, Errorf(text, pos, "comment is not closed: write */")
			}
			pos += end + 2
		default:
			r, size := utf8.DecodeRuneInString(rest)
			if !unicode.IsSpace(r) {
				return pos, nil
			}
			pos += size
		}
	}
	return pos, nil
}

func scanToken(text string, pos int) (Token, error) {
	rest := text[pos:]
	switch c := rest[0]; {
	case c == '\'':
		return scanQuoted(text, pos, pos, '\'', String)
	case c == '"':
		return scanQuoted(text, pos, pos, '"', Word)
	case (c == 'e' || c == 'E') && strings.HasPrefix(rest[1:], "'"):
		return scanEscaped(text, pos)
	case c == '$':
		return scanDollar(text, pos)
	case c >= '0' && c <= '9':
		return scanWhile(text, pos, Number, func(r rune) bool { return r == '.' || r == '_' || isWord(r) }), nil
	}
	if r, _ := utf8.DecodeRuneInString(rest); isWord(r) {
		return scanWhile(text, pos, Word, func(r rune) bool { return isWord(r) || r == '$' }), nil
	}
	_, size := utf8.DecodeRuneInString(rest)
	return Token{Kind: Symbol, Text: rest[:size], Pos: pos, End: pos + size}, nil
}

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

func scanWhile(text string, pos int, kind TokenKind, in func(rune) bool) Token {
	end := pos
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if !in(r) {
			break
		}
		end += size
	}
	return Token{Kind: kind, Text: text[pos:end], Pos: pos, End: end}
}

// scanQuoted reads a token that begins with a quote at open; the quote doubled stands for itself.
func scanQuoted(text string, pos, open int, quote byte, kind TokenKind) (Token, error) {
	var b strings.Builder
	for i := open + 1; i < len(text); i++ {
		if text[i] != quote {
			b.WriteByte(text[i])
			continue
		}
		if i+1 < len(text) && text[i+1] == quote {
			b.WriteByte(quote)
			i++
			continue
		}
		return Token{Kind: kind, Text: b.String(), Quoted: kind == Word, Pos: pos, End: i + 1}, nil
	}
	return Token{}, Errorf(text, pos, "%c is not closed", quote)
}

// scanEscaped reads an E'…' string. Its escapes stay as they are: such strings matter to DuckDB only.
func scanEscaped(text string, pos int) (Token, error) {
	for i := pos + 2; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '\'':
			return Token{Kind: String, Text: text[pos+2 : i], Pos: pos, End: i + 1}, nil
		}
	}
	return Token{}, Errorf(text, pos, "' is not closed")
}

// scanDollar reads a $tag$…$tag$ string, or a lone $ as a symbol.
func scanDollar(text string, pos int) (Token, error) {
	tagEnd := pos + 1
	for tagEnd < len(text) && isWord(rune(text[tagEnd])) {
		tagEnd++
	}
	if tagEnd == len(text) || text[tagEnd] != '$' {
		return Token{Kind: Symbol, Text: "$", Pos: pos, End: pos + 1}, nil
	}
	tag, body := text[pos:tagEnd+1], text[tagEnd+1:]
	end := strings.Index(body, tag)
	if end < 0 {
		return Token{}, Errorf(text, pos, "%s is not closed", tag)
	}
	return Token{Kind: String, Text: body[:end], Pos: pos, End: tagEnd + 1 + end + len(tag)}, nil
}
