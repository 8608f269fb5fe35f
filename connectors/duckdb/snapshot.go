package duckdb

import "context"

// Snapshot returns a view's table as one commit left it, and that commit's epoch: both are read in one transaction, and every commit
// writes both in one. So the changes of later epochs, and no others, bring the table up to date. The caller releases the rows, as
// those of Query; commits go on meanwhile.
func (s *Store) Snapshot(ctx context.Context, view string) (rows *Rows, epoch int64, err error) {
	rows, err = s.read(ctx, Limits{}, func(r *Rows) error {
		if err := r.begin(); err != nil {
			return err
		}
		err := r.session.each(ctx, "SELECT epoch FROM weir.checkpoint", func(at row) { epoch = at.int(0) })
		if err != nil {
			return err
		}
		return r.execute("FROM " + tableName(view))
	})
	if err != nil {
		return nil, 0, queryError("snapshot of "+view, err)
	}
	return rows, epoch, nil
}
