// Package verify compares the views of a result database with the batch. It reads the sources' events again, up to where each
// view's last commit stands, has DuckDB run the view's SELECT over them as it stands in the text, and compares the two tables.
//
//	sources, from their beginning ─► decoders ─► events.duckdb ─┐
//	weir.duckdb: positions, late rows, dead letters ────────────┼─► the SELECT, in DuckDB ─► EXCEPT ALL, both ways
//	weir.duckdb: the view's table ──────────────────────────────┘
//
// Nothing of the engine takes part, but for the connectors and the decoders. All that is large lies in a folder of its own on
// disk, so that memory is bounded.
//
// Files: definitions.go and results.go read the database, events.go, piecewise.go and load.go the sources; leftout.go, latewindows.go, duplicates.go,
// window.go and rounding.go say which rows need not be equal; behind.go finds the events behind a row that differs; compare.go joins these.
package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/connectors"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/sql/catalog"
)

// Script is a file of statements.
type Script struct{ Path, Text string }

// Options say what to verify.
type Options struct {
	DB string // path of the result database, which nobody has open
	// Scripts define the views to verify; without any, all views of the database are verified.
	Scripts []Script
	Views   []string // only these, if any
	// Ended says that the input had ended, as it has after weir run --once: no window is open.
	Ended       bool
	MemoryLimit string // of DuckDB, as its memory_limit; empty for 1GB
	// Connectors are what sources may name; nil for all there are.
	Connectors []engine.Connector
	// Functions are those that the views' program had registered.
	Functions []engine.Function
}

// Run verifies views, in the order of their definition. An error means that nothing could be compared; what is wrong with one
// view is in its Outcome.
func Run(ctx context.Context, o Options) (out []Outcome, err error) {
	if o.Connectors == nil {
		o.Connectors = connectors.All
	}
	if o.MemoryLimit == "" {
		o.MemoryLimit = "1GB"
	}
	dir, err := os.MkdirTemp("", "weir-verify-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the events: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	r, err := openResults(ctx, o.DB, dir, o.MemoryLimit)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := errors.Join(duckdb.Register(r.conn, o.Functions), duckdb.RegisterDetectors(r.conn, node.Detectors())); err != nil {
		return nil, err
	}
	d, err := readDefinitions(ctx, r, o)
	if err != nil {
		return nil, err
	}
	defer d.close()
	return compareAll(ctx, r, d, o)
}

// compareAll loads the events of all sources, and compares view after view.
func compareAll(ctx context.Context, r *results, d *definitions, o Options) ([]Outcome, error) {
	inputs, refused, err := inputsOf(ctx, r, d)
	if err != nil {
		return nil, err
	}
	if err := load(ctx, r, inputs, o.MemoryLimit); err != nil {
		return nil, err
	}
	var out []Outcome
	for _, v := range d.views {
		if why := cmp.Or(refused[v.Name], failedInput(inputs, v)); why != "" {
			out = append(out, Outcome{View: v.Name, Refused: why})
			continue
		}
		c := &comparison{ctx: ctx, results: r, definitions: d, inputs: inputs, view: v, ended: o.Ended}
		got, err := c.run()
		if err != nil {
			return out, fmt.Errorf("view %s: %w", v.Name, err)
		}
		out = append(out, got)
	}
	return out, nil
}

// failedInput is why one of a view's sources could not be read again; empty if all could.
func failedInput(inputs map[string]*input, v *catalog.View) string {
	for _, scan := range plan.Scans(v.Plan) {
		for _, in := range inputs {
			if strings.EqualFold(in.Name, scan.Source) && in.failed != nil {
				return fmt.Sprintf("source %s could not be read again: %s", in.Name, in.failed)
			}
		}
	}
	return ""
}
