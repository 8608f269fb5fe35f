package slt

import (
	"fmt"
	"slices"
	"strings"
)

// generatedView is a SELECT in parts, so that a failing one can be made smaller.
type generatedView struct {
	Name, Emit string
	Late       bool             // allowed_lateness, which no row of a generated test makes use of
	With       []generatedTable // common tables
	Distinct   bool
	On         string // DISTINCT ON (…)
	Items      []generatedItem
	From       generatedTable
	Joins      []generatedJoin
	Where      []string
	Groups     []string // GROUP BY; none for a query without groups
	Having     []string
	Qualify    []string
	Sets       []generatedSet // what comes behind: UNION …
	Order      string         // ORDER BY … LIMIT …
}

type generatedItem struct {
	Alias string
	leaf
}

// generatedTable is a text that stands after FROM, or a query in its place.
type generatedTable struct {
	Text  string
	Inner *generatedView // instead of Text
	Alias string
}

type generatedJoin struct {
	Word  string // LEFT JOIN
	Table generatedTable
	On    []string
}

type generatedSet struct {
	Word string // UNION ALL
	View *generatedView
}

func (t generatedTable) text() string {
	text := t.Text
	if t.Inner != nil {
		text = "(" + t.Inner.query() + ")"
	}
	if t.Alias != "" {
		text += " AS " + t.Alias
	}
	return text
}

func (v *generatedView) statement() string {
	var options []string
	if v.Emit != "" {
		options = append(options, "emit = '"+v.Emit+"'")
	}
	if v.Late {
		options = append(options, "allowed_lateness = '1 hour'")
	}
	with := ""
	if len(options) > 0 {
		with = " WITH (" + strings.Join(options, ", ") + ")"
	}
	return "CREATE MATERIALIZED VIEW " + v.Name + with + " AS\n" + v.query()
}

func (v *generatedView) query() string {
	var b strings.Builder
	for i, t := range v.With {
		fmt.Fprintf(&b, "%s%s AS (%s)", []string{"WITH ", ", "}[min(i, 1)], t.Alias, t.Inner.query())
	}
	if len(v.With) > 0 {
		b.WriteString("\n")
	}
	b.WriteString("SELECT ")
	switch {
	case v.On != "":
		b.WriteString("DISTINCT ON (" + v.On + ") ")
	case v.Distinct:
		b.WriteString("DISTINCT ")
	}
	for i, x := range v.Items {
		fmt.Fprintf(&b, "%s%s AS %s", []string{"", ", "}[min(i, 1)], x.text, x.Alias)
	}
	b.WriteString("\nFROM " + v.From.text())
	for _, j := range v.Joins {
		b.WriteString("\n" + j.Word + " " + j.Table.text())
		write(&b, " ON", " AND ", j.On)
	}
	write(&b, "\nWHERE", " AND ", v.Where)
	write(&b, "\nGROUP BY", ", ", v.Groups)
	write(&b, "\nHAVING", " AND ", v.Having)
	write(&b, "\nQUALIFY", " AND ", v.Qualify)
	for _, s := range v.Sets {
		b.WriteString("\n" + s.Word + "\n" + s.View.query())
	}
	if v.Order != "" {
		b.WriteString("\n" + v.Order)
	}
	return b.String()
}

// write writes a clause, if it has any texts. Conditions stand in parentheses.
func write(b *strings.Builder, head, between string, texts []string) {
	for i, text := range texts {
		if between == " AND " {
			text = "(" + text + ")"
		}
		b.WriteString([]string{head + " ", between}[min(i, 1)] + text)
	}
}

// walk visits the query and all that it is made of, itself first.
func (v *generatedView) walk(visit func(*generatedView)) {
	if v == nil {
		return
	}
	visit(v)
	for _, t := range v.With {
		t.Inner.walk(visit)
	}
	v.From.Inner.walk(visit)
	for _, j := range v.Joins {
		j.Table.Inner.walk(visit)
	}
	for _, s := range v.Sets {
		s.View.walk(visit)
	}
}

// parts are the query and all that it is made of.
func (v *generatedView) parts() (out []*generatedView) {
	v.walk(func(part *generatedView) { out = append(out, part) })
	return out
}

func (v *generatedView) size() int {
	n := 0
	for _, p := range v.parts() {
		n += 1 + len(p.With) + len(p.Items) + len(p.Joins) + len(p.Where) + len(p.Groups) + len(p.Having) + len(p.Qualify) + len(p.Order)
		for _, j := range p.Joins {
			n += len(j.On)
		}
	}
	return n
}

func (v *generatedView) clone() *generatedView {
	if v == nil {
		return nil
	}
	out := *v
	out.From = v.From.clone()
	out.With, out.Joins, out.Sets = slices.Clone(v.With), slices.Clone(v.Joins), slices.Clone(v.Sets)
	for i, t := range out.With {
		out.With[i] = t.clone()
	}
	for i, j := range out.Joins {
		out.Joins[i].Table, out.Joins[i].On = j.Table.clone(), slices.Clone(j.On)
	}
	for i, s := range out.Sets {
		out.Sets[i].View = s.View.clone()
	}
	out.Items, out.Where, out.Groups = slices.Clone(v.Items), slices.Clone(v.Where), slices.Clone(v.Groups)
	out.Having, out.Qualify = slices.Clone(v.Having), slices.Clone(v.Qualify)
	return &out
}

func (t generatedTable) clone() generatedTable {
	t.Inner = t.Inner.clone()
	return t
}
