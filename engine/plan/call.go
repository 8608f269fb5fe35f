package plan

// SQL prints the call as DuckDB SQL that binds to the same function and types; column names each input column.
func (a *AggregateCall) SQL(column func(*Expr) string) string {
	return printer{column: column}.aggregate(a)
}

// String prints the call for people.
func (a *AggregateCall) String() string { return readable.aggregate(a) }

func (p printer) aggregate(a *AggregateCall) string {
	text := p.name(a.Name) + "("
	if a.Name == "count_star" {
		text = "count(*"
	}
	if a.Distinct {
		text += "DISTINCT "
	}
	text += p.list(a.Args)
	if len(a.Orders) > 0 {
		text += " ORDER BY " + p.orders(a.Orders)
	}
	text += ")"
	if a.Filter != nil {
		text += " FILTER (WHERE " + p.expr(a.Filter) + ")"
	}
	return text
}
