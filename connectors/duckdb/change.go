package duckdb

import (
	"context"
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// viewTable is what the writer knows about a view's table.
type viewTable struct {
	columns []types.Field
	retract *retraction // nil until the view first takes rows back
}

// table finds what is known about a view's table.
func (s *Store) table(view string) (*viewTable, error) {
	if t, ok := s.tables[view]; ok {
		return t, nil
	}
	p, err := s.session.prepare("FROM " + tableName(view))
	if err != nil {
		return nil, err
	}
	defer p.close()
	columns, err := p.columns()
	if err != nil {
		return nil, err
	}
	t := &viewTable{columns: columns}
	s.tables[view] = t
	return t, nil
}

// prepareChange checks a change against the table and makes what apply needs outside the transaction.
func (s *Store) prepareChange(ctx context.Context, c engine.Change) error {
	t, err := s.table(c.View)
	if err != nil {
		return err
	}
	for _, b := range c.Batches {
		if err := checkBatch(b, t.columns); err != nil {
			return err
		}
	}
	if !retracts(c) || t.retract != nil {
		return nil
	}
	t.retract, err = newRetraction(ctx, s.session, c.View, t.columns)
	return err
}

func checkBatch(b engine.Batch, columns []types.Field) error {
	if b.Weights != nil && len(b.Weights) != int(b.Rows.NumRows()) {
		return fmt.Errorf("%d weights for %d rows", len(b.Weights), b.Rows.NumRows())
	}
	if i := slices.IndexFunc(b.Weights, func(w int8) bool { return w != 1 && w != -1 }); i >= 0 {
		return fmt.Errorf("row %d has weight %d: it must be 1 or -1", i, b.Weights[i])
	}
	if int(b.Rows.NumCols()) != len(columns) {
		return fmt.Errorf("a batch of %d columns for a table of %d", b.Rows.NumCols(), len(columns))
	}
	for i, c := range columns {
		if got := b.Rows.Column(i).DataType(); !arrow.TypeEqual(got, c.Type.Arrow()) {
			return fmt.Errorf("column %s %s: the batch has %s, want %s", c.Name, c.Type, got, c.Type.Arrow())
		}
	}
	return nil
}

func retracts(c engine.Change) bool {
	return slices.ContainsFunc(c.Batches, func(b engine.Batch) bool { return slices.Contains(b.Weights, -1) })
}

// apply changes a view's table, in the transaction.
func (s *Store) apply(ctx context.Context, c engine.Change) error {
	if retracts(c) {
		return s.tables[c.View].retract.apply(ctx, s.session, c)
	}
	batches := make([]arrow.RecordBatch, len(c.Batches))
	for i, b := range c.Batches {
		batches[i] = b.Rows
	}
	return s.session.appendRows(database, "main", c.View, batches...)
}
