package engine

// About is what people, and what draws for them, are told of a view beside its rows. Nothing that is computed depends on it.
type About struct {
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	// Time is the column that says when a row is from; empty if there is none.
	Time string `json:"time,omitempty"`
	// Keys are the columns by which rows of the same Time, or all rows if there is none, are told apart: empty where there is one row
	// at most, nil where the plan does not say.
	Keys []string `json:"keys"`
	// Units and Comments are those of columns, by name. A unit is one of Grafana's (short, currencyEUR, ms) or any text.
	Units    map[string]string `json:"units,omitempty"`
	Comments map[string]string `json:"comments,omitempty"`
}
