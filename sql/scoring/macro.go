package scoring

import (
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/sql/parse"
)

// Macro is Rewrite for a macro's definition, from its name on: name(parameters) AS [TABLE] body, (parameters) AS [TABLE] body, …
func (r Rewriter) Macro(definition string, table bool, ask engine.Ask) (engine.Rewritten, error) {
	same := engine.Rewritten{SQL: definition}
	if !mayCall(definition) {
		return same, nil
	}
	tokens, err := parse.Tokens(definition)
	if err != nil {
		return same, err
	}
	w := &writer{text: definition}
	for _, b := range bodies(tokens, table) {
		w.upTo(b.start)
		rewrite := r.Expression
		if table {
			rewrite = r.Rewrite
		}
		body, err := rewrite(definition[b.start:b.end], ask)
		if mistake, ok := err.(*engine.TextError); ok {
			mistake.Position += b.start
		}
		if err != nil {
			return same, err
		}
		w.put(written{text: body.SQL, from: b.start, origin: body.Place})
		w.done = b.end
	}
	w.upTo(len(definition))
	return engine.Rewritten{SQL: w.out.String(), Origin: w.origin}, nil
}

// bodies finds what stands behind each AS. The next parameters follow on a comma that is in no parentheses.
func bodies(tokens []parse.Token, table bool) []part {
	var out []part
	depth := 0
	for i := 0; i < len(tokens); i++ {
		if depth += nesting(tokens[i]); depth > 0 || !tokens[i].Is("(") && !tokens[i].Is(")") {
			continue
		}
		start := i + 1
		if !tokens[start].Is("AS") || table && !tokens[start+1].Is("TABLE") {
			continue
		}
		if start++; table {
			start++
		}
		end := behindBody(tokens, start, table)
		out = append(out, part{tokens[start].Pos, tokens[end].Pos})
		i = end - 1
	}
	return out
}

// behindBody is the comma before the next parameters, or the end.
func behindBody(tokens []parse.Token, at int, table bool) int {
	for depth := 0; tokens[at].Kind != parse.End; at++ {
		depth += nesting(tokens[at])
		if depth != 0 || !tokens[at].Is(",") || !tokens[at+1].Is("(") {
			continue
		}
		closing := matching(tokens, at+1)
		if closing > 0 && tokens[closing+1].Is("AS") && (!table || tokens[closing+2].Is("TABLE")) {
			return at
		}
	}
	return at
}
