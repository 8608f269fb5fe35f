package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// changeFormats are the values of weir subscribe --format.
const changeFormats = "ndjson, table, csv"

// changePrinter prints changes in one format.
type changePrinter interface {
	// print takes a change, also as the line that it came in.
	print(line []byte, c *change) error
	flush() error
}

// newChangePrinter makes the printer of a format. What a format cannot say goes to notes.
func newChangePrinter(format string, columns []string, progress bool, to *bufio.Writer, notes io.Writer) (changePrinter, error) {
	switch format {
	case "ndjson":
		return &linePrinter{Writer: to, progress: progress}, nil
	case "csv":
		return &csvPrinter{Writer: to, columns: columns, notes: notes}, nil
	case "table":
		return &tablePrinter{Writer: to, columns: columns, notes: notes}, nil
	}
	return nil, fmt.Errorf("--format %s: allowed are %s", format, changeFormats)
}

// linePrinter passes lines on as they came.
type linePrinter struct {
	*bufio.Writer
	progress bool
}

func (p *linePrinter) print(line []byte, c *change) error {
	if c.Progress && !p.progress {
		return nil
	}
	_, err := p.Write(line)
	return err
}

func (p *linePrinter) flush() error { return p.Flush() }

// csvPrinter prints a header and a line for each row. NULL is an empty field, the empty text is "", nested values are JSON.
type csvPrinter struct {
	*bufio.Writer
	columns []string
	notes   io.Writer
	begun   bool
}

func (p *csvPrinter) print(_ []byte, c *change) error {
	if !p.begun {
		p.begun = true
		fields := []string{"weir_epoch", "weir_weight"}
		for _, name := range p.columns {
			fields = append(fields, csvField(name))
		}
		fmt.Fprintln(p, strings.Join(fields, ","))
	}
	if c.Gap {
		noteGap(p.notes, c.Epoch)
	}
	if c.Row == nil {
		return nil
	}
	fields := []string{strconv.FormatInt(c.Epoch, 10), strconv.Itoa(c.Weight)}
	for _, name := range p.columns {
		if value := c.Row[name]; bytes.Equal(value, []byte("null")) {
			fields = append(fields, "")
		} else {
			fields = append(fields, csvField(cell(value)))
		}
	}
	_, err := fmt.Fprintln(p, strings.Join(fields, ","))
	return err
}

func (p *csvPrinter) flush() error { return p.Flush() }

// csvField quotes a value that a reader would take for something else without.
func csvField(text string) string {
	if text != "" && !strings.ContainsAny(text, "\",\r\n") {
		return text
	}
	return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
}

// tableRows is how many rows a table has at most.
const tableRows = 1000

// tablePrinter prints a table for each epoch.
type tablePrinter struct {
	*bufio.Writer
	columns []string
	notes   io.Writer
	rows    [][]string
}

func (p *tablePrinter) print(_ []byte, c *change) error {
	if c.Gap {
		noteGap(p.notes, c.Epoch)
	}
	if c.Row != nil {
		row := []string{strconv.FormatInt(c.Epoch, 10), strconv.Itoa(c.Weight)}
		for _, name := range p.columns {
			row = append(row, cell(c.Row[name]))
		}
		p.rows = append(p.rows, row)
	}
	if len(p.rows) > 0 && (c.Progress || len(p.rows) == tableRows) {
		printTable(p, append([]string{"epoch", "weight"}, p.columns...), p.rows)
		p.rows = nil
	}
	return nil
}

func (p *tablePrinter) flush() error { return p.Flush() }

func noteGap(w io.Writer, epoch int64) {
	fmt.Fprintf(w, "weir: changes before epoch %d were missed; with --snapshot, what was printed is void, and the table follows\n", epoch)
}

// cell prints a JSON value as a person would write it.
func cell(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil && !bytes.Equal(value, []byte("null")) {
		return text
	}
	if bytes.Equal(value, []byte("null")) {
		return "NULL"
	}
	return string(value)
}
