package planner

import (
	"errors"
	"strings"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/sql/duckplan"
	"github.com/weirdb/weir/sql/parse"
)

// placer turns errors about a query into errors about the text that the query stands in.
type placer struct {
	text    string
	span    parse.Span
	written engine.Rewritten // the query as it is planned, in which errors have their places
}

const pivotInstead = "write a column for each value, such as count(*) FILTER (WHERE k = 'a') AS a, or pivot when you read the view"

func (p placer) err(err error) error {
	var mistake *duckplan.Mistake
	var foreign *duckplan.Foreign
	var unsupported *duckplan.Unsupported
	var detector *engine.TextError
	switch {
	case errors.As(err, &detector):
		return p.at(detector.Position, detector.Message)
	case errors.As(err, &mistake) && mistake.Kind == "internal":
		return p.at(-1, "DuckDB has no plan for this query: take it apart, one source and one SELECT a view ("+mistake.Message+")")
	case errors.As(err, &mistake) && strings.HasSuffix(mistake.Message, "statement of type MULTI!"):
		return p.at(p.find("PIVOT"), (&duckplan.Unsupported{Construct: "PIVOT", Instead: pivotInstead}).Error())
	case errors.As(err, &mistake):
		return p.at(p.written.Place(mistake.Position), mendSuggestion(plan.ExplainDetector(mistake.Message)))
	case errors.As(err, &foreign):
		return p.at(p.find(foreign.Keyword), foreign.Error())
	case errors.As(err, &unsupported):
		return p.at(p.written.Place(unsupported.Position), unsupported.Error())
	}
	return err
}

// at makes an error at an offset in the query. Without one, the query's first word is the place.
func (p placer) at(offset int, message string) error {
	if offset < 0 || p.span.Start+offset > p.span.End {
		offset = 0
	}
	return parse.Errorf(p.text, p.span.Start+offset, "%s", message)
}

// find looks for the last use of a keyword in the query: what was refused stands nearer the end than a SELECT inside it.
func (p placer) find(keyword string) int {
	tokens, err := parse.Tokens(p.span.Of(p.text))
	if err != nil {
		return -1
	}
	found := -1
	for _, t := range tokens {
		if t.Kind == parse.Word && !t.Quoted && strings.EqualFold(t.Text, keyword) {
			found = t.Pos
		}
	}
	return found
}
