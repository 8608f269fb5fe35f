package scoring

import (
	"slices"
	"strings"

	"github.com/weirdb/weir/sql/parse"
)

// span is where a call and its parts stand in the text.
//
//	SELECT a, (anomaly(x, span := 200) OVER (ORDER BY ts)).score FROM t
//	           start   ·  ·       ·    over             end     itemEnd
type span struct {
	start, over, end int
	columns          []part
	options          []option
	itemEnd          int    // the end of the SELECT list's item that it stands in
	all              part   // the word ALL of the GROUP BY ALL behind the SELECT list; empty without
	name             string // what the item is called without a name
}

type part struct{ start, end int }

type option struct {
	name  string // in lower case
	at    int
	value part
}

// spanOf finds the parts of a call.
func spanOf(tokens []parse.Token, c call) (span, error) {
	at, found := slices.BinarySearchFunc(tokens, c.at, func(t parse.Token, at int) int { return t.Pos - at })
	s := span{start: c.at}
	unread := mistake(c.at, "%s: this way of writing it cannot be read: write %[1]s(x, option := constant) OVER (…)", c.function)
	if !found || !strings.EqualFold(tokens[at].Text, c.function) || !tokens[at+1].Is("(") {
		return s, unread
	}
	closing := matching(tokens, at+1)
	over := closing + 1
	if closing < 0 || !tokens[over].Is("OVER") {
		return s, unread
	}
	last := over + 1
	if tokens[last].Is("(") {
		last = matching(tokens, last)
	}
	if last < 0 || tokens[last].Kind == parse.End {
		return s, unread
	}
	s.over, s.end = tokens[over].Pos, tokens[last].End
	s.arguments(tokens[at+2 : closing])
	if columns, options := c.arguments(); len(columns) != len(s.columns) || len(options) != len(s.options) {
		return s, unread
	}
	if len(s.columns) == 0 {
		return s, mistake(c.at, "%s needs a number to score, such as %[1]s(x)", c.function)
	}
	s.item(tokens, at, last)
	return s, nil
}

// matching is the position of the parenthesis that closes the one at a position; -1 if none does.
func matching(tokens []parse.Token, at int) int {
	depth := 0
	for i := at; i < len(tokens); i++ {
		if depth += nesting(tokens[i]); depth == 0 {
			return i
		}
	}
	return -1
}

func nesting(t parse.Token) int {
	switch {
	case t.Is("("), t.Is("["), t.Is("{"):
		return 1
	case t.Is(")"), t.Is("]"), t.Is("}"):
		return -1
	}
	return 0
}

// arguments reads columns and options.
func (s *span) arguments(tokens []parse.Token) {
	for _, a := range commas(tokens) {
		from, to := a[0].Pos, a[len(a)-1].End
		if len(a) > 3 && a[0].Kind == parse.Word && (a[1].Is(":") && a[2].Is("=") || a[1].Is("=") && a[2].Is(">")) {
			s.options = append(s.options, option{strings.ToLower(a[0].Text), from, part{a[3].Pos, to}})
			continue
		}
		s.columns = append(s.columns, part{from, to})
	}
}

// commas cuts tokens at the commas that are not within parentheses.
func commas(tokens []parse.Token) [][]parse.Token {
	var out [][]parse.Token
	depth, from := 0, 0
	for i, t := range tokens {
		depth += nesting(t)
		if depth == 0 && t.Is(",") {
			out, from = append(out, tokens[from:i]), i+1
		}
	}
	return slices.DeleteFunc(append(out, tokens[from:]), func(p []parse.Token) bool { return len(p) == 0 })
}

// behindItems are the words that follow on the last item of a SELECT list.
var behindItems = []string{
	"FROM", "WHERE", "GROUP", "HAVING", "WINDOW", "QUALIFY", "UNION", "EXCEPT", "INTERSECT", "ORDER", "LIMIT", "OFFSET", "FETCH", "USING", "INTO",
}

// item finds the end of the item that the call, of the tokens from first to last, stands in, and what to call it: as a field is called, if
// it ends in one, else as the function.
func (s *span) item(tokens []parse.Token, first, last int) {
	outer := 0 // how many parentheses of the item are open at the call
	for i, depth := first-1, 0; i >= 0 && (depth < outer || !tokens[i].Is("SELECT")); i-- {
		depth += nesting(tokens[i])
		outer = max(outer, depth)
	}
	end := last
	for i, depth := last+1, outer; i < len(tokens) && (depth != 0 || !endsItem(tokens, i)); i++ {
		depth += nesting(tokens[i])
		end = i
	}
	s.groupAll(tokens, end+1)
	s.itemEnd, s.name = tokens[end].End, tokens[first].Text
	if end > last && tokens[end].Kind == parse.Word && tokens[end-1].Is(".") {
		s.name = tokens[end].Text
	}
}

func endsItem(tokens []parse.Token, i int) bool {
	t := tokens[i]
	if t.Kind == parse.End || t.Is(",") || t.Is(")") || t.Is(";") {
		return true
	}
	distinct := i > 0 && tokens[i-1].Is("DISTINCT") // IS DISTINCT FROM
	return !distinct && slices.ContainsFunc(behindItems, t.Is)
}

// groupAll finds GROUP BY ALL behind an item.
func (s *span) groupAll(tokens []parse.Token, at int) {
	for depth := 0; depth >= 0 && tokens[at].Kind != parse.End; at++ {
		if depth == 0 && tokens[at].Is("GROUP") && tokens[at+1].Is("BY") && tokens[at+2].Is("ALL") {
			s.all = part{tokens[at+2].Pos, tokens[at+2].End}
			return
		}
		depth += nesting(tokens[at])
	}
}
