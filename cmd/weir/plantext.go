package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/weirdb/weir/engine/preview"
	"github.com/weirdb/weir/engine/why"
	"github.com/weirdb/weir/sql/catalog"
)

// printPlan prints what would change: a table of objects, then each view.
func printPlan(w io.Writer, p *preview.Preview) {
	fates := map[string]string{}
	for _, v := range p.Views {
		fates[v.Name] = fateText(&v)
	}
	rows := make([][]string, len(p.Objects))
	for i, o := range p.Objects {
		rows[i] = []string{o.Action, strings.ToLower(o.Kind) + " " + o.Name, placeText(&o), objectText(&o, fates)}
	}
	printTable(w, []string{"action", "object", "statement", ""}, rows)
	for i := range p.Views {
		printView(w, &p.Views[i])
	}
	fmt.Fprintf(w, "\n%s\n", totals(p))
}

func placeText(o *preview.Object) string {
	if o.Script == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", o.Script, o.Line)
}

// objectText is what there is to say beside an object: of a view its fate, of others what is different.
func objectText(o *preview.Object, fates map[string]string) string {
	parts := o.Why
	if fate, ok := fates[o.Name]; ok && o.Kind == "MATERIALIZED VIEW" {
		parts = []string{fate}
	}
	if o.Note != "" {
		parts = append([]string{o.Note}, parts...)
	}
	return strings.Join(parts, "\n")
}

func fateText(v *preview.View) string {
	switch v.Fate {
	case preview.Kept:
		return "state kept"
	case preview.Rebuilt:
		return "computed anew"
	case preview.Dropped:
		return "table dropped"
	}
	return "new"
}

// printView prints what becomes of a view, why, and where it reads.
func printView(w io.Writer, v *preview.View) {
	fmt.Fprintf(w, "\nview %s: %s\n", v.Name, fateText(v))
	if v.Replaces != "" {
		fmt.Fprintf(w, "  takes the place of %s once it has caught up; until then that goes on\n", v.Replaces)
	}
	for i, reason := range v.Why {
		if i == 0 {
			reason = "because " + reason
		}
		fmt.Fprintf(w, "  %s\n", reason)
	}
	if v.Fate == preview.Rebuilt || v.Fate == preview.Dropped {
		fmt.Fprintf(w, "  dropped: %s of its table, %s of state\n", why.Count(v.Rows, "rows"), why.Count(int64(v.StateBytes), "bytes"))
	}
	if v.Fate == preview.Rebuilt && len(v.Sinks) > 0 {
		fmt.Fprintf(w, "  sinks that get its rows once more: %s\n", strings.Join(v.Sinks, ", "))
	}
	for i := range v.Sources {
		printReading(w, &v.Sources[i], v.Fate)
	}
}

func printReading(w io.Writer, r *preview.Reading, fate preview.Fate) {
	verb := "reads"
	if fate == preview.Kept {
		verb = "goes on in"
	}
	switch {
	case r.Table:
		fmt.Fprintf(w, "  reads table %s\n", r.Source)
		return
	case r.Size >= 0:
		fmt.Fprintf(w, "  %s source %s: about %s\n", verb, r.Source, why.Count(r.Size, r.Unit))
	default:
		fmt.Fprintf(w, "  %s source %s\n", verb, r.Source)
	}
	if r.Error != "" {
		fmt.Fprintf(w, "    how much it holds is not known: %s\n", r.Error)
	}
	for _, p := range r.Partitions {
		fmt.Fprintf(w, "    partition %s %s\n", p.Partition, partitionText(&p, r.Unit))
	}
}

func partitionText(p *preview.Partition, unit string) string {
	text := "from " + strconv.FormatInt(p.From, 10)
	if p.End >= 0 {
		text += " to " + strconv.FormatInt(p.End, 10)
	}
	if p.Size >= 0 && unit != "" {
		text += ": " + why.Count(p.Size, unit)
	}
	if p.Note != "" {
		text += "; it " + p.Note
	}
	return text
}

// totals is the last line: how many objects each action is for.
func totals(p *preview.Preview) string {
	if !p.Changes {
		return "Nothing would change."
	}
	n := map[string]int{}
	for _, o := range p.Objects {
		n[o.Action]++
	}
	var parts []string
	for _, action := range []catalog.Action{catalog.Created, catalog.Replaced, catalog.Dropped, catalog.Altered, catalog.Unchanged} {
		if n[string(action)] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[string(action)], action))
		}
	}
	rebuilt := 0
	for _, v := range p.Views {
		if v.Fate == preview.Rebuilt {
			rebuilt++
		}
	}
	return fmt.Sprintf("%s; views computed anew: %d. Nothing has been changed.", strings.Join(parts, ", "), rebuilt)
}
