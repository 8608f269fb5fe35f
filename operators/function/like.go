package function

import (
	"strings"
	"unicode/utf8"

	"github.com/weirdb/weir/engine/plan"
)

// bindLike prepares constant patterns without _; the others are matched as they come.
func bindLike(not bool) func(*plan.Expr) (loop, []*plan.Expr) {
	return func(e *plan.Expr) (loop, []*plan.Expr) {
		matches := like
		if p := e.Args[1]; p.IsConstant() && !strings.Contains(p.Value.Text, "_") {
			pieces := strings.Split(p.Value.Text, "%")
			matches = func(s, _ string) bool { return likePieces(s, pieces) }
		}
		return bindMatch(func(s, pattern string) bool { return matches(s, pattern) != not })(e)
	}
}

// likePieces matches the texts between the % signs: the first at the start, the last at the end, the others in order.
//
//	item%=%.html     "item" at the start, then "=" anywhere, then ".html" at the end
func likePieces(s string, pieces []string) bool {
	if len(pieces) == 1 {
		return s == pieces[0]
	}
	last := len(pieces) - 1
	if !strings.HasPrefix(s, pieces[0]) {
		return false
	}
	s = s[len(pieces[0]):]
	for _, p := range pieces[1:last] {
		at := strings.Index(s, p)
		if at < 0 {
			return false
		}
		s = s[at+len(p):]
	}
	return strings.HasSuffix(s, pieces[last])
}

// like matches from left to right. At a mismatch it goes back to the last %, and lets that one take one character more.
func like(s, pattern string) bool {
	i, p := 0, 0
	retry, star := 0, -1
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '%':
			star, retry = p, i
			p++
		case p < len(pattern) && pattern[p] == '_':
			i += width(s, i)
			p++
		case p < len(pattern) && pattern[p] == s[i]:
			i++
			p++
		case star >= 0:
			retry += width(s, retry)
			i, p = retry, star+1
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "%") == ""
}

// width is how many bytes the character at s[i] has.
func width(s string, i int) int {
	_, n := utf8.DecodeRuneInString(s[i:])
	return n
}
