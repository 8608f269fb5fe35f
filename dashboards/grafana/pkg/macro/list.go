package macro

import "strings"

// Macro is one macro: help and completion show it, and statements use it.
type Macro struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Example     string `json:"example"`
	// How many arguments it takes.
	least, most int
	// write gives the SQL that it stands for, of its arguments, which are expanded.
	write func(e *expander, args []string) (string, error)
}

// All are the macros there are.
func All() []Macro {
	return []Macro{
		{"$__timeFilter", "Rows whose time is within the panel's range, its ends included.",
			"SELECT * FROM revenue WHERE $__timeFilter(window_start)", 1, 1, writeTimeFilter},
		{"$__timeFrom", "The beginning of the panel's range, as a TIMESTAMP in UTC. With a column: rows that are not before it.",
			"SELECT * FROM revenue WHERE window_start >= $__timeFrom()", 0, 1, writeTimeFrom},
		{"$__timeTo", "The end of the panel's range, as a TIMESTAMP in UTC. With a column: rows that are not behind it.",
			"SELECT * FROM revenue WHERE window_end <= $__timeTo()", 0, 1, writeTimeTo},
		{"$__timeGroup", "The start of the bucket that a time falls into. The interval is one such as '5m', '1 hour' or $__interval; a third argument " +
			"says what buckets without rows get: NULL, previous, or a number.",
			"SELECT $__timeGroup(window_start, $__interval, 0) AS time, sum(orders) FROM revenue GROUP BY 1 ORDER BY 1", 2, 3, writeTimeGroup},
		{"$__timeGroupAlias", "$__timeGroup, named time.",
			"SELECT $__timeGroupAlias(window_start, '5m'), sum(orders) FROM revenue GROUP BY 1 ORDER BY 1", 2, 3, writeTimeGroupAlias},
		{"$__interval", "How far apart the panel's points are, as an INTERVAL. In an alert rule it is the rule's.",
			"SELECT time_bucket($__interval, window_start) AS time, sum(orders) FROM revenue GROUP BY 1", 0, 0, writeInterval},
		{"$__interval_ms", "How far apart the panel's points are, in milliseconds.",
			"SELECT count(*) * 1000.0 / $__interval_ms AS per_second FROM revenue", 0, 0, writeIntervalMillis},
		{"$__adhocFilters", "The dashboard's ad hoc filters, as a condition: true if there are none. With a view, those that name another one are left out.",
			"SELECT * FROM revenue WHERE $__timeFilter(window_start) AND $__adhocFilters(revenue)", 0, 1, writeAdhocFilters},
		{"$__conditionalAll", "The condition, or true if the variable is set to All.",
			"SELECT * FROM revenue WHERE $__conditionalAll(country IN ($country), $country)", 2, -1, writeConditionalAll},
	}
}

// moving reports whether what the macro stands for depends on the time range or the interval.
func (m *Macro) moving() bool { return m.Name != "$__adhocFilters" && m.Name != "$__conditionalAll" }

// find is the macro of a name, or nil. Case counts, as elsewhere in Grafana.
func find(name string) *Macro {
	for _, m := range All() {
		if m.Name == name {
			return &m
		}
	}
	return nil
}

func names() []string {
	var out []string
	for _, m := range All() {
		out = append(out, m.Name)
	}
	return out
}

// count checks a number of arguments.
func (m *Macro) count(n int) error {
	if n >= m.least && (n <= m.most || m.most < 0) {
		return nil
	}
	return mistakef("it takes %s, not %d: %s", m.takes(), n, m.Example)
}

func (m *Macro) takes() string {
	numbers := []string{"no argument", "1 argument", "2 arguments", "3 arguments"}
	switch {
	case m.most < 0:
		return "at least " + numbers[m.least]
	case m.least == m.most:
		return numbers[m.least]
	}
	return strings.Fields(numbers[m.least])[0] + " or " + numbers[m.most]
}
