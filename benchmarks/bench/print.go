package bench

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// textWidth is where texts in the table wrap.
const textWidth = 60

// Print writes the report to be read: facts, table, notes.
func (r *Report) Print(w io.Writer) error {
	for _, f := range r.Facts {
		if _, err := fmt.Fprintf(w, "%-20s %s\n", f.Name, f.Value); err != nil {
			return err
		}
	}
	fmt.Fprintln(w)
	r.printTable(w)
	for _, note := range r.Notes {
		fmt.Fprintln(w, "- "+note)
	}
	return nil
}

// printTable writes a table that stands in a Markdown page as it is.
func (r *Report) printTable(w io.Writer) {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	header := make(table.Row, len(r.Columns))
	configs := make([]table.ColumnConfig, len(r.Columns))
	for i, c := range r.Columns {
		header[i] = c.title()
		configs[i] = table.ColumnConfig{Number: i + 1, WidthMax: textWidth, WidthMaxEnforcer: text.WrapSoft}
		if r.isNumber(i) {
			configs[i].Align, configs[i].AlignHeader = text.AlignRight, text.AlignRight
		}
	}
	t.SetColumnConfigs(configs)
	t.AppendHeader(header)
	for _, row := range r.Rows {
		t.AppendRow(r.texts(row))
	}
	t.Render()
}

// title is a column's head: its name, and its unit below it.
func (c Column) title() string {
	if c.Unit == "" {
		return c.Name
	}
	return c.Name + "\n" + c.Unit
}

// isNumber reports whether a column holds figures.
func (r *Report) isNumber(column int) bool {
	for _, row := range r.Rows {
		switch row[column].(type) {
		case int64, float64:
			return true
		}
	}
	return false
}

func (r *Report) texts(row []any) table.Row {
	out := make(table.Row, len(row))
	for i, v := range row {
		switch v := v.(type) {
		case nil:
			out[i] = ""
		case float64:
			out[i] = fmt.Sprintf("%.*f", r.Columns[i].Digits, v)
		default:
			out[i] = fmt.Sprint(v)
		}
	}
	return out
}

// PrintJSON writes the report for programs: one JSON object.
func (r *Report) PrintJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
