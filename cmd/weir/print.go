package main

import (
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/weirdb/weir/sql/catalog"
)

// printAnswer prints what SHOW, DESCRIBE or EXPLAIN says.
func printAnswer(w io.Writer, a catalog.Answer) {
	printTable(w, a.Columns, a.Rows)
}

// printTable prints rows of text under their columns' names.
func printTable(w io.Writer, columns []string, rows [][]string) {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = 0 // as written
	t.AppendHeader(tableRow(columns))
	for _, r := range rows {
		t.AppendRow(tableRow(r))
	}
	t.Render()
}

func tableRow(texts []string) table.Row {
	out := make(table.Row, len(texts))
	for i, text := range texts {
		out[i] = text
	}
	return out
}
