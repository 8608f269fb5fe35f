package slt

import (
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
}

// stale reports whether events or statements have come since the tables were computed.
func (r *batchRun) stale(block int) bool {
	for _, b := range r.file.Blocks[r.upTo:block] {
		if b.Kind != "query" {
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
		if err := r.batch.view(v); err != nil {
			return err
		}
	}
	return nil
}
