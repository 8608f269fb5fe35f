package scoring

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/parse"
)

// writer puts a text together, of parts of another and of new ones, and remembers where each comes from.
type writer struct {
	text   string
	done   int // of text
	groups []groupBy
	out    strings.Builder
	pieces []piece
}

// groupBy is what is to be written in place of an ALL behind GROUP BY.
type groupBy struct {
	all     part
	numbers string
}

// group has numbers written in place of ALL, when the writer comes there.
func (w *writer) group(all part, numbers string) {
	if numbers != "" && !slices.Contains(w.groups, groupBy{all, numbers}) {
		w.groups = append(w.groups, groupBy{all, numbers})
	}
}

// upTo copies all that is not done before a place.
func (w *writer) upTo(to int) {
	slices.SortFunc(w.groups, func(a, b groupBy) int { return a.all.start - b.all.start })
	for len(w.groups) > 0 && w.groups[0].all.end <= to {
		g := w.groups[0]
		w.groups = w.groups[1:]
		w.copy(w.done, g.all.start)
		w.add(g.numbers, g.all.start)
		w.done = g.all.end
	}
	w.copy(w.done, to)
	w.done = to
}

// piece is a part of the written text.
type piece struct {
	at   int // in the written text
	from int // in the other one
	// origin is where a byte of the piece comes from, counted from from; nil if all come from there.
	origin func(at int) int
}

// written is a part to be written, which comes from from.
type written struct {
	text   string
	from   int
	origin func(at int) int
}

// same is the origin of what is copied.
func same(at int) int { return at }

func (w *writer) put(p written) {
	w.pieces = append(w.pieces, piece{w.out.Len(), p.from, p.origin})
	w.out.WriteString(p.text)
}

func (w *writer) copy(from, to int) { w.put(written{w.text[from:to], from, same}) }

func (w *writer) add(text string, from int) { w.put(written{text, from, nil}) }

// origin is where a byte of the written text comes from.
func (w *writer) origin(at int) int {
	i, _ := slices.BinarySearchFunc(w.pieces, at+1, func(p piece, at int) int { return p.at - at }) // the last one that begins up to it
	p := w.pieces[max(i-1, 0)]
	if p.origin == nil {
		return p.from
	}
	return p.from + p.origin(at-p.at)
}

// planned writes a call in the planner's form.
func (w *writer) planned(d *plan.Detector, s span) {
	w.add(fmt.Sprintf("last_value(%s(%s", plan.DetectorMarker, types.QuoteString(d.Spec())), s.start)
	for _, c := range s.columns {
		w.add(", ", c.start)
		w.copy(c.start, c.end)
	}
	w.add(")) ", s.start)
	w.copy(s.over, s.end)
}

// Marks for the parts of a call that DetectorSQL puts in their places. No text has them.
const (
	markStart = "\x01"
	markEnd   = "\x02"
)

// computed writes a call in the form that DuckDB computes.
func (w *writer) computed(d *plan.Detector, c call, s span, ask engine.Ask) error {
	parts, err := c.over(s, ask)
	if err != nil {
		return err
	}
	for _, column := range s.columns {
		parts = append(parts, written{w.text[column.start:column.end], column.start, same})
	}
	marks := make([]string, len(parts))
	for i := range parts {
		marks[i] = fmt.Sprintf("%s%d%s", markStart, i, markEnd)
	}
	keys := len(list(c.node, "partitions"))
	rest := plan.DetectorSQL(d.Spec(), marks[:keys], marks[keys], marks[keys+1:])
	for {
		before, behind, more := strings.Cut(rest, markStart)
		w.add(before, s.start)
		if !more {
			return nil
		}
		number, behind, _ := strings.Cut(behind, markEnd)
		var i int
		if _, err := fmt.Sscan(number, &i); err != nil {
			return fmt.Errorf("scoring: part %q: %w", number, err)
		}
		w.put(parts[i])
		rest = behind
	}
}

// over are the expressions of the partition, and the time. They may stand behind WINDOW, far from the call, so DuckDB writes them.
func (c call) over(s span, ask engine.Ask) ([]written, error) {
	var nodes []any
	nodes = append(nodes, list(c.node, "partitions")...)
	order, _ := list(c.node, "orders")[0].(map[string]any)
	nodes = append(nodes, order["expression"])
	texts, err := expressions(nodes, ask)
	if err != nil {
		return nil, err
	}
	out := make([]written, len(nodes))
	for i, n := range nodes {
		node, _ := n.(map[string]any)
		out[i] = written{text: texts[i], from: place(node)}
		if out[i].from == 0 {
			out[i].from = s.start
		}
	}
	return out, nil
}

// expressions are parsed expressions as texts.
func expressions(nodes []any, ask engine.Ask) ([]string, error) {
	tree, err := parsed("SELECT 1", ask)
	if err != nil {
		return nil, err
	}
	statement, _ := list(tree, "statements")[0].(map[string]any)
	selected, _ := statement["node"].(map[string]any)
	selected["select_list"] = nodes
	encoded, err := json.Marshal(tree)
	if err != nil {
		return nil, fmt.Errorf("scoring: write expressions: %w", err)
	}
	text, err := ask("SELECT json_deserialize_sql($1::JSON)::VARCHAR", string(encoded))
	if err != nil {
		return nil, fmt.Errorf("scoring: write expressions: %w", err)
	}
	tokens, err := parse.Tokens(text)
	if err != nil {
		return nil, fmt.Errorf("scoring: write expressions: %w", err)
	}
	var out []string
	for _, part := range commas(tokens[1 : len(tokens)-1]) {
		out = append(out, text[part[0].Pos:part[len(part)-1].End])
	}
	if len(out) != len(nodes) {
		return nil, fmt.Errorf("scoring: %d expressions for %d in %s", len(out), len(nodes), text)
	}
	return out, nil
}
