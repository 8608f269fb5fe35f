// Package scoring reads the calls of detectors in a SELECT, anomaly(x, …) OVER (PARTITION BY … ORDER BY ts), and writes them anew, because
// DuckDB binds no window function but its own. DuckDB's parser finds the calls; what stands around them stays as it is, byte by byte.
//
//	text ──json_serialize_sql──► calls (find.go, call.go) ──► their spans in the text (span.go) ──► text with others (write.go)
//
// There are two forms. In the planner's, a call is last_value(weir_anomaly(spec, x)) OVER (…), an ordinary call with a mark, of which the
// planner makes a detector. In the other, DuckDB computes the scores itself, over rows that are all there: plan.DetectorSQL.
//
// To accept another part of a call: a check less in call.go, and its meaning in operators/over and connectors/duckdb.
package scoring

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/parse"
)

// Rewriter writes detectors' calls anew.
type Rewriter struct {
	// Check refuses a method that there is not, or options that it does not take.
	Check func(method string, columns int, options map[string]any) error
	// Planned makes the planner's form.
	Planned bool
}

// Rewrite returns the SELECT with its calls written anew; itself if there are none, or if it does not parse. Mistakes are *engine.TextError.
func (r Rewriter) Rewrite(sql string, ask engine.Ask) (engine.Rewritten, error) {
	return r.rewrite(sql, ask, true)
}

// Expression is Rewrite for an expression, which gets no name.
func (r Rewriter) Expression(sql string, ask engine.Ask) (engine.Rewritten, error) {
	const head = "SELECT "
	out, err := r.rewrite(head+sql, ask, false)
	if mistake, ok := err.(*engine.TextError); ok {
		mistake.Position = max(0, mistake.Position-len(head))
	}
	within := out
	out.SQL = strings.TrimPrefix(out.SQL, head)
	out.Origin = func(at int) int { return within.Place(at+len(head)) - len(head) }
	return out, err
}

func (r Rewriter) rewrite(sql string, ask engine.Ask, named bool) (engine.Rewritten, error) {
	if !mayCall(sql) {
		return engine.Rewritten{SQL: sql}, nil
	}
	calls, err := find(sql, ask)
	if err != nil || len(calls) == 0 {
		return engine.Rewritten{SQL: sql}, err
	}
	tokens, err := parse.Tokens(sql)
	if err != nil {
		return engine.Rewritten{SQL: sql}, fmt.Errorf("scoring: %w", err)
	}
	w := &writer{text: sql}
	for i, c := range calls {
		next := len(sql)
		if i+1 < len(calls) {
			next = calls[i+1].at
		}
		c.unnamed = c.unnamed && named
		if err := r.call(w, tokens, c, next, ask); err != nil {
			return engine.Rewritten{SQL: sql}, err
		}
	}
	w.upTo(len(sql))
	return engine.Rewritten{SQL: w.out.String(), Origin: w.origin}, nil
}

// mayCall reports whether it is worth asking DuckDB.
func mayCall(sql string) bool { return strings.Contains(strings.ToLower(sql), plan.DetectorFunction) }

// call writes one call, and what stands before it. Next is where the next call stands: it may be in the same item of the SELECT list.
func (r Rewriter) call(w *writer, tokens []parse.Token, c call, next int, ask engine.Ask) error {
	if err := c.check(); err != nil {
		return err
	}
	s, err := spanOf(tokens, c)
	if err != nil {
		return err
	}
	if s.start < w.done {
		return mistake(c.at, "%s cannot score what another window function gives: put that into a subquery", c.function)
	}
	if err := c.checkColumns(s); err != nil {
		return err
	}
	d, err := r.detector(c, s)
	if err != nil {
		return err
	}
	if s.all.end > 0 {
		numbers, err := c.groupNumbers(ask)
		if err != nil {
			return err
		}
		w.group(s.all, numbers)
	}
	w.upTo(s.start)
	if r.Planned {
		w.planned(d, s)
	} else if err := w.computed(d, c, s, ask); err != nil {
		return err
	}
	w.done = s.end
	if c.unnamed && next >= s.itemEnd {
		w.upTo(s.itemEnd)
		w.add(" AS "+types.QuoteIdent(s.name), s.start)
		w.done = s.itemEnd
	}
	return nil
}

// detector reads what a call says of its detector.
func (r Rewriter) detector(c call, s span) (*plan.Detector, error) {
	d := &plan.Detector{Method: "auto", Options: map[string]any{}}
	method, qualified := strings.CutPrefix(c.function, plan.DetectorFunction+"_")
	if qualified {
		d.Method = method
	}
	at := s.start
	given := map[string]bool{}
	for _, o := range s.options {
		value, err := c.constant(o)
		if err != nil {
			return nil, err
		}
		if given[o.name] {
			return nil, mistake(o.at, "option %s is given twice", o.name)
		}
		given[o.name] = true
		text, isText := value.(string)
		switch {
		case o.name == "detector" && qualified:
			return nil, mistake(o.at, "%s is a detector by its name: leave detector out, or write anomaly(x, detector := …)", c.function)
		case o.name == "detector" && isText:
			d.Method, at = text, o.value.start
		default:
			d.Options[o.name] = value
		}
	}
	if err := r.Check(d.Method, len(s.columns), d.Options); err != nil {
		for _, o := range s.options {
			if strings.Contains(err.Error(), "option "+o.name) {
				at = o.at
			}
		}
		return nil, mistake(at, "%s: %s", c.function, err)
	}
	return d, nil
}

func mistake(at int, format string, args ...any) error {
	return &engine.TextError{Message: fmt.Sprintf(format, args...), Position: at}
}
