package planner

import (
	"strings"
	"testing"

	"github.com/weirdb/weir/sql/parse"
)

// Names that do not exist: what is proposed is of use to whoever wrote them.
func TestSuggestions(t *testing.T) {
	p := newPlanner(t)
	for text, want := range map[string]string{
		"SELECT * FROM bidd":          `Did you mean "bid"?`,
		"SELECT * FROM readng":        "A source, view or table of that name has to be created before",
		"SELECT cuont(*) FROM bid":    `Did you mean "count"?`,
		"SELECT anomly(f) FROM bid":   `Did you mean "anomaly"?`,
		"SELECT * FROM tumbl(bid, 1)": `Did you mean "tumble"?`,
		"SELECT anomly_ewma(f, span := 200) OVER (ORDER BY date_time) FROM bid": `Did you mean "anomaly_ewma"?`,
	} {
		_, err := p.Plan(text, parse.Span{Start: 0, End: len(text)}, Options{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Count(err.Error(), "Did you mean") > 1 {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
