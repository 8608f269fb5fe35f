package pgwire

import (
	"context"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine"
)

// commit adds rows to a view in the next epoch.
func commit(t testing.TB, store *duckdb.Store, view string, rows int) error {
	t.Helper()
	last, err := store.Load(t.Context())
	check(t, err)
	return store.Commit(t.Context(), &engine.Commit{Epoch: last.Epoch + 1,
		Changes: []engine.Change{{View: view, Batches: []engine.Batch{{Rows: hotRows(rows)}}}}})
}

// TestReadsAreCommittedStates reads two views and the epoch while they are written: every commit adds as many rows to the one as to the other,
// and whatever a client reads is one commit's state. So is a result that is read in parts.
func TestReadsAreCommittedStates(t *testing.T) {
	address, store := testServer(t, Options{})
	check(t, store.CreateView(t.Context(), "twin", hot))
	both := func(epoch int64) {
		change := func(view string) engine.Change {
			return engine.Change{View: view, Batches: []engine.Batch{{Rows: hotRows(100)}}}
		}
		check(t, store.Commit(context.Background(), &engine.Commit{Epoch: epoch, Changes: []engine.Change{change("hot"), change("twin")}}))
	}
	both(2)
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeSimpleProtocol, pgx.QueryExecModeCacheStatement, pgx.QueryExecModeExec} {
		conn := dial(t, address, "")
		readers.Go(func() { readUntil(t, conn, mode, stop) })
	}
	slow := dial(t, address, "")
	tx, err := slow.Begin(t.Context())
	check(t, err)
	_, err = tx.Exec(t.Context(), "DECLARE c CURSOR FOR SELECT h.bids FROM hot h, twin t WHERE h.bids = t.bids AND t.bids >= 2")
	check(t, err)
	for epoch := int64(3); epoch < 40; epoch++ {
		both(epoch)
	}
	close(stop)
	readers.Wait()
	rows, err := tx.Query(t.Context(), "FETCH ALL FROM c")
	check(t, err)
	n := 0
	for rows.Next() {
		n++
	}
	check(t, rows.Err())
	if n != 98 { // of 0 to 99
		t.Errorf("the cursor of the first state has %d rows", n)
	}
}

func readUntil(t *testing.T, conn *pgx.Conn, mode pgx.QueryExecMode, stop <-chan struct{}) {
	const sql = `SELECT (SELECT count(*) FROM hot) - 2, (SELECT count(*) FROM twin), (SELECT epoch - 1 FROM weir.checkpoint) * 100`
	for {
		select {
		case <-stop:
			return
		default:
		}
		var hot, twin, epoch int64
		if err := conn.QueryRow(context.Background(), sql, mode).Scan(&hot, &twin, &epoch); err != nil {
			t.Error(err)
			return
		}
		if hot != twin || hot != epoch {
			t.Errorf("hot has %d rows, twin %d, the epoch says %d", hot, twin, epoch)
			return
		}
	}
}
