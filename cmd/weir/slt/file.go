// Package slt runs sqllogictest files over streams. A file holds statements, the events of its sources, and queries with their
// results. Each file runs five ways, and all must give the results that it lists:
//
//	batch      DuckDB computes each view's SELECT over all events at once
//	stream     Weir, with random cuts between batches and events reordered within the watermark
//	workers    Weir with 1, 2, 3 and 4 workers
//	killed     Weir, cut off before random commits and restarted with another number of workers
//	smallest   Weir with every buffer at its smallest: one event a batch, one batch an epoch
//
// The blocks of a file, separated by empty lines:
//
//	statement ok                     a statement for Weir
//	statement error TEXT             one that must fail with an error that contains TEXT
//	events SOURCE [PARTITION]        events of a source that is WITH (connector = 'events'), a JSON object a line; "MY SOURCE"
//	                                 in quotes if it has spaces
//	query [rowsort] [weir]           a SELECT, a line ----, and the rows: columns separated by tabs, NULL, (empty); with the
//	                                 word weir, of tables that DuckDB's run does not have, such as weir.dead_letters
//	fails VIEW                       the view's query must have failed while it ran, in Weir and in DuckDB
//	in order                         events come exactly as they stand, one a commit: for late rows and the timing of emits;
//	                                 such a file does not run in DuckDB
//	stop                             run what has been given so far, then stop Weir in an orderly way
//	pause                            run what has been given so far without telling that it ends, as a live source does: no
//	                                 window closes but by the watermark
//
// To add a case: a file in testdata. A bug fix brings one that failed before.
package slt

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// File is a parsed test file.
type File struct {
	Path    string
	Ordered bool
	Blocks  []Block
}

// Block is one block of a file.
type Block struct {
	Line      int
	Kind      string // statement, events, query, fails, stop, pause
	Text      string // SQL, or events
	Error     string // statement: what the error must contain; empty for ok
	Source    string
	Partition string
	Sort      bool
	Weir      bool     // query: not for DuckDB's run
	Want      []string // query: rows
}

// ReadFile parses a test file.
func ReadFile(path string) (*File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f := &File{Path: path}
	lines := strings.Split(string(data), "\n")
	for at := 0; at < len(lines); {
		if line := strings.TrimSpace(lines[at]); line == "" || strings.HasPrefix(line, "#") {
			at++
			continue
		}
		end := at
		for end < len(lines) && strings.TrimSpace(lines[end]) != "" {
			end++
		}
		if err := f.block(at+1, lines[at], lines[at+1:end]); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, at+1, err)
		}
		at = end
	}
	return f, nil
}

func (f *File) block(line int, head string, body []string) error {
	b := Block{Line: line, Text: strings.Join(body, "\n")}
	words := strings.Fields(head)
	switch {
	case head == "in order":
		f.Ordered = true
		return nil
	case words[0] == "statement" && len(words) > 1:
		b.Kind = "statement"
		if words[1] == "error" {
			b.Error = strings.TrimSpace(strings.TrimPrefix(head, "statement error"))
		}
	case words[0] == "events" && len(words) > 1:
		b.Kind, b.Partition = "events", "0"
		b.Source, words = sourceOf(words[1:])
		if len(words) > 0 {
			b.Partition = words[0]
		}
	case words[0] == "query":
		return f.query(b, words, body)
	case words[0] == "fails" && len(words) == 2:
		b.Kind, b.Source = "fails", words[1]
	case words[0] == "stop", words[0] == "pause":
		b.Kind = words[0]
	default:
		return fmt.Errorf("block begins with %q; allowed are statement, events, query, fails, in order, stop, pause", head)
	}
	f.Blocks = append(f.Blocks, b)
	return nil
}

// sourceOf takes a source's name, which may stand in quotes if it has spaces, from the words of a head.
func sourceOf(words []string) (name string, rest []string) {
	if !strings.HasPrefix(words[0], `"`) {
		return words[0], words[1:]
	}
	for i, w := range words {
		if strings.HasSuffix(w, `"`) {
			return strings.Trim(strings.Join(words[:i+1], " "), `"`), words[i+1:]
		}
	}
	return words[0], words[1:]
}

func (f *File) query(b Block, words, body []string) error {
	b.Kind, b.Sort, b.Weir = "query", slices.Contains(words, "rowsort"), slices.Contains(words, "weir")
	for i, line := range body {
		if line == "----" {
			b.Text, b.Want = strings.Join(body[:i], "\n"), body[i+1:]
			f.Blocks = append(f.Blocks, b)
			return nil
		}
	}
	return fmt.Errorf("query has no line ---- before its result")
}
