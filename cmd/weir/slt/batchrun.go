package slt

import (
	"fmt"
	"strings"

	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/catalog"
)

// batchRun is a file's run in DuckDB.
type batchRun struct {
	file   *File
	batch  *batch
	events map[string][]placed // by source
	made   []string            // tables of the last computation
	macros []string            // of the last computation
	upTo   int                 // block before which the tables were computed
	failed map[string]error    // views that DuckDB could not compute
}

// stale reports whether events or statements have come since the tables were computed.
func (r *batchRun) stale(block int) bool {
	for _, b := range r.file.Blocks[r.upTo:block] {
		if b.Kind != "query" && b.Kind != "fails" {
			r.upTo = block
			return true
		}
	}
	return false
}

// compute makes all tables anew: a batch has no memory.
func (r *batchRun) compute(c *catalog.Catalog) error {
	for _, name := range r.made {
		if err := r.batch.exec("DROP TABLE IF EXISTS " + types.QuoteIdent(name)); err != nil {
			return err
		}
	}
	for _, name := range r.macros {
		for _, kind := range []string{"MACRO", "MACRO TABLE"} {
			if err := r.batch.exec(fmt.Sprintf("DROP %s IF EXISTS memory.main.%s", kind, types.QuoteIdent(name))); err != nil {
				return err
			}
		}
	}
	r.made, r.macros = nil, nil
	for _, m := range c.Macros {
		r.macros = append(r.macros, m.Name)
	}
	for _, s := range c.Sources {
		r.made = append(r.made, s.Name)
		if err := r.batch.load(s, r.events[s.Name]); err != nil {
			return err
		}
	}
	for _, v := range c.Views {
		r.made = append(r.made, v.Name)
	}
	r.failed = r.batch.views(c)
	return r.unexpected()
}

// unexpected is the error of a view that failed where the file does not say so.
func (r *batchRun) unexpected() error {
	expected := map[string]bool{}
	for _, b := range r.file.Blocks {
		if b.Kind == "fails" {
			expected[b.Source] = true
		}
	}
	for name, err := range r.failed {
		if !expected[name] {
			return fmt.Errorf("view %s: %w", name, err)
		}
	}
	return nil
}

// check holds a view or a query's result against what the file says.
func (r *batchRun) check(b Block) error {
	if b.Kind == "fails" && r.failed[b.Source] == nil {
		return fmt.Errorf("view %s has not failed", b.Source)
	}
	if b.Kind == "fails" {
		return nil
	}
	got, err := r.batch.rows(b.Text)
	if err != nil {
		return err
	}
	return compare(b, got)
}

// placed is an event with its place.
type placed struct {
	partition string
	offset    int64
	line      string
}

// add takes in the events of a block.
func (r *batchRun) add(b Block) {
	next := int64(0)
	for _, e := range r.events[b.Source] {
		if e.partition == b.Partition {
			next++
		}
	}
	for i, line := range strings.Split(b.Text, "\n") {
		r.events[b.Source] = append(r.events[b.Source], placed{b.Partition, next + int64(i), line})
	}
}
