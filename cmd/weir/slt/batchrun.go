package slt

import (
	"fmt"

	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/catalog"
)

// batchRun is a file's run in DuckDB.
type batchRun struct {
	file   *File
	batch  *batch
	events map[string][]string // by source
	made   []string            // tables of the last computation
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
func (r *batchRun) compute(sources []*catalog.Source, views []*catalog.View) error {
	for _, name := range r.made {
		if err := r.batch.exec("DROP TABLE IF EXISTS " + types.QuoteIdent(name)); err != nil {
			return err
		}
	}
	r.made = nil
	for _, s := range sources {
		r.made = append(r.made, s.Name)
		if err := r.batch.load(s, r.events[s.Name]); err != nil {
			return err
		}
	}
	for _, v := range views {
		r.made = append(r.made, v.Name)
	}
	r.failed = r.batch.views(views)
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
