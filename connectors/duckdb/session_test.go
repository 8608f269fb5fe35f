package duckdb

import (
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// TestCommitAfterARollbackThatFailed: a transaction that was aborted and is still open does not make every later commit fail.
func TestCommitAfterARollbackThatFailed(t *testing.T) {
	s := testStore(t)
	rows := rowsOf(t, testSession(t), "SELECT 1 AS a")
	check(t, s.CreateView(ctx, "v", []types.Field{{Name: "a", Type: types.Of(types.Integer)}}))
	check(t, commit(s, "v", engine.Batch{Rows: rows}))
	check(t, s.session.exec(ctx, "BEGIN TRANSACTION; INSERT INTO v VALUES (2)"))
	if s.session.exec(ctx, "SELECT error('no memory')") == nil {
		t.Fatal("the transaction did not fail")
	}
	check(t, s.Commit(ctx, &engine.Commit{Epoch: s.last.Epoch + 1, Changes: []engine.Change{{View: "v", Batches: []engine.Batch{{Rows: rows}}}}}))
	if got := texts(t, s, "SELECT sum(a)::VARCHAR || count(*) FROM v")[0]; got != "22" {
		t.Errorf("sum and count %s, want 2 and 2", got)
	}
}
