package catalog

import (
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/parse"
)

// uniqueOf reads unique_key and unique_within; nil if the source has none.
func uniqueOf(text string, with parse.With, s *Source) (*plan.UniqueKey, error) {
	given, ok := with[uniqueKey]
	within, bounded := with[uniqueWithin]
	switch {
	case !ok && bounded:
		return nil, parse.Errorf(text, within.Pos, "option %s goes with %s, which says by what events are known", uniqueWithin, uniqueKey)
	case !ok:
		return nil, nil
	case s.Options.Duration(uniqueWithin) <= 0:
		return nil, parse.Errorf(text, within.Pos, "option %s = '%s': want a duration above 0", uniqueWithin, within.Text)
	}
	u := &plan.UniqueKey{Time: s.Columns[s.EventTime], Within: s.Options.Duration(uniqueWithin).Microseconds()}
	for _, name := range strings.Split(s.Options[uniqueKey], ",") {
		name = strings.TrimSpace(name)
		at := slices.IndexFunc(s.Columns, func(f types.Field) bool { return strings.EqualFold(f.Name, name) })
		switch {
		case at < 0:
			return nil, parse.Errorf(text, given.Pos, "option %s: source %s has no column '%s'; it has %s", uniqueKey, s.Name, name, columnNames(s.Columns))
		case s.Columns[at].Type.Nested():
			return nil, parse.Errorf(text, given.Pos, "option %s: column %s is %s: name columns of plain values", uniqueKey, name, s.Columns[at].Type)
		}
		u.Keys = append(u.Keys, s.Columns[at])
	}
	return u, nil
}

func columnNames(columns []types.Field) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}
