package duckdb

import (
	"context"
	"errors"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
)

// rewritten is a statement of a user as it is run: with the calls of detectors written anew.
func (s *session) rewritten(ctx context.Context, d *engine.Detectors, sql string) (engine.Rewritten, error) {
	if d == nil {
		return engine.Rewritten{SQL: sql}, nil
	}
	skipped := len(explainPrefix.FindString(sql))
	out, err := d.Rewrite(sql[skipped:], func(query, argument string) (answer string, err error) {
		err = s.each(ctx, query, func(r row) { answer = r.text(0) }, argument)
		return answer, err
	})
	var mistake *engine.TextError
	if errors.As(err, &mistake) {
		return out, &Error{Kind: "Binder", Message: mistake.Message, Position: mistake.Position + skipped}
	}
	if err != nil || out.Origin == nil {
		return engine.Rewritten{SQL: sql}, err
	}
	origin := out.Origin
	out.SQL = sql[:skipped] + out.SQL
	out.Origin = func(at int) int {
		if at < skipped {
			return at
		}
		return origin(at-skipped) + skipped
	}
	return out, nil
}

// inOriginal gives an error about a rewritten statement its place and words in the user's.
func inOriginal(written engine.Rewritten, err error) error {
	var e *Error
	if written.Origin == nil || !errors.As(err, &e) {
		return err
	}
	e.Position = written.Place(e.Position)
	if said := plan.ExplainDetector(e.Message); said != e.Message {
		e.Message, e.Detail, e.Candidates = said, "", nil
	}
	return err
}
