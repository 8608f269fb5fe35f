package pgwire

import "strings"

// aliases gives the functions after FROM that have an alias a column of that name, as PostgreSQL does.
func (t *translator) aliases() {
	for i := range t.tokens {
		if !t.at(i).is("generate_series") && !t.at(i).is("string_to_array") && !t.at(i).is("unnest") || !t.at(i+1).is("(") || !t.inFrom(i) {
			continue
		}
		end := t.closing(i + 1)
		if t.at(end + 1).is("AS") {
			end++
		}
		alias := t.at(end + 1)
		if alias.kind != word || reserved[strings.ToUpper(alias.text)] || t.at(end+2).is("(") {
			continue
		}
		if t.at(i).is("string_to_array") {
			t.table(i)
		}
		behind := alias.at + len(alias.text)
		t.insert(change{behind, behind, "(" + alias.text + ")"})
	}
}

// table has a call of a function after FROM be one of the macro for tables.
func (t *translator) table(i int) {
	for n := range t.changes {
		if c := &t.changes[n]; c.to == t.at(i).at+len(t.at(i).text) && strings.HasSuffix(c.text, "string_to_array") {
			c.text += "_table"
		}
	}
}

// insert adds a change where it belongs: they are in the order of the text.
func (t *translator) insert(c change) {
	at := len(t.changes)
	for at > 0 && t.changes[at-1].from > c.from {
		at--
	}
	t.changes = append(t.changes[:at], append([]change{c}, t.changes[at:]...)...)
}

// inFrom reports whether token i is an item of a FROM clause.
func (t *translator) inFrom(i int) bool {
	depth := 0
	for n := i - 1; n >= 0; n-- {
		switch token := t.tokens[n]; {
		case token.is(")"):
			depth++
		case token.is("(") && depth == 0:
			return false
		case token.is("("):
			depth--
		case depth == 0 && token.kind == word && reserved[strings.ToUpper(token.text)]:
			return token.is("FROM") || token.is("JOIN") || token.is("LATERAL")
		}
	}
	return false
}

// closing is the bracket that closes the one at i.
func (t *translator) closing(i int) int {
	depth := 0
	for n := i; n < len(t.tokens); n++ {
		if t.tokens[n].is("(") {
			depth++
		}
		if t.tokens[n].is(")") {
			if depth--; depth == 0 {
				return n
			}
		}
	}
	return len(t.tokens)
}

// reserved are key words that begin a clause, or cannot be an alias.
var reserved = wordSet(`SELECT FROM WHERE GROUP HAVING ORDER LIMIT OFFSET UNION INTERSECT EXCEPT JOIN LEFT RIGHT FULL INNER CROSS NATURAL ON USING LATERAL WINDOW QUALIFY WITH`)

func wordSet(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}
