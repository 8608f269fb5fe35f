// Package pipelinetest runs a user's tests of a pipeline: files of definitions, events, and the rows that must come of them. The
// engine is the one that runs in production; what stands around it is not: sources are in memory, whatever connector they name,
// results are in a database in memory, and the wall clock moves when the file says so.
//
//	file ─► parse.go ─► definitions ─► node ─► engine ─► results in memory
//	                    INSERT, ADVANCE, … ─► log (connector.go) ┘          └─► EXPECT compares (expect.go)
//
// Each step waits until the engine has processed it (harness.go), so that a test has no timing: the same file has one outcome.
//
// To add a statement: its struct in statement.go, its syntax in parse.go, a case in run.do.
package pipelinetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/weirdb/weir/sql/parse"
)

// Result counts what a file's EXPECTs found. A statement that cannot be run counts as failed, and ends its file.
type Result struct{ Passed, Failed int }

// Run runs a test file, and writes what failed to w.
func Run(ctx context.Context, w io.Writer, path string) Result {
	f := &run{ctx: ctx, to: w, path: path}
	if err := f.file(); err != nil {
		fmt.Fprintf(w, "%s: %s\n", path, err)
		f.result.Failed++
	}
	return f.result
}

// run is the run of one file.
type run struct {
	ctx    context.Context
	to     io.Writer
	path   string
	text   string
	h      *harness
	result Result
}

func (f *run) file() (err error) {
	text, err := os.ReadFile(f.path)
	if err != nil {
		return err
	}
	f.text = string(text)
	statements, err := statementsOf(f.text)
	if err != nil {
		return err
	}
	if f.h, err = newHarness(f.ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.h.close()) }()
	f.h.know(statements)
	for _, s := range statements {
		if err := f.do(s); err != nil {
			return f.place(err, s)
		}
	}
	if f.result.Passed+f.result.Failed == 0 {
		return errors.New("the file expects nothing: write EXPECT view ROWS (…)")
	}
	return nil
}

// place gives an error without a place the statement's.
func (f *run) place(err error, s statement) error {
	if _, placed := err.(*parse.Error); placed {
		return err
	}
	return parse.Errorf(f.text, s.at().Start, "%s", err)
}

func (f *run) do(s statement) error {
	switch s := s.(type) {
	case include:
		return f.include(s)
	case define:
		if f.h.started() {
			return parse.Errorf(f.text, s.Start, "definitions come before the first INSERT, ADVANCE, IDLE, CLOSE, COMMIT and EXPECT")
		}
		return f.h.apply(blanked(f.text, s.span))
	case insert:
		if is, err := f.h.node.Catalog().HasTable(s.source); err != nil || is && !f.h.started() {
			return errors.Join(err, f.h.apply(blanked(f.text, s.span)))
		}
	}
	if err := f.h.start(); err != nil {
		return err
	}
	switch s := s.(type) {
	case insert:
		return f.insert(s)
	case advance:
		return f.advance(s)
	case clock:
		return f.h.advanceClock(s.by)
	case idle:
		return f.idle(s)
	case closing:
		return f.closeSource(s)
	case commit:
		return f.h.commit()
	case expect:
		return f.expect(s)
	}
	return fmt.Errorf("no such statement: %T", s)
}

// include takes the definitions of another file, whose path is relative to this one.
func (f *run) include(s include) error {
	if f.h.started() {
		return parse.Errorf(f.text, s.Start, "INCLUDE comes before the first INSERT, ADVANCE, IDLE, CLOSE, COMMIT and EXPECT")
	}
	path := s.path
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(f.path), path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return parse.Errorf(f.text, s.pathPos, "INCLUDE: %s", err)
	}
	if err := f.h.apply(string(text)); err != nil {
		return parse.Errorf("", -1, "included file %s: %s", path, err) // which has a place in that file
	}
	return nil
}

// blanked is a text with nothing but one statement in it, in its place: errors then have the right line and column.
func blanked(text string, s span) string {
	blank := []byte(text[:s.Start])
	for i, c := range blank {
		if c != '\n' && c != '\t' {
			blank[i] = ' '
		}
	}
	return string(blank) + text[s.Start:s.End]
}
