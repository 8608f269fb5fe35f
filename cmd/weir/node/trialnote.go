package node

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/engine/why"
	"github.com/weirdb/weir/sql/catalog"
)

// readTried reads the table of a view that was tried.
func readTried(ctx context.Context, store *duckdb.Store, tried *server.Tried, rows int) error {
	result, err := store.Query(ctx, "FROM "+types.QuoteIdent(trialName), duckdb.Limits{Rows: int64(rows) + 1})
	if err != nil {
		return err
	}
	defer result.Release()
	for left := int64(rows); result.Next(); {
		batch := result.RecordBatch()
		n := min(left, batch.NumRows())
		tried.More = tried.More || n < batch.NumRows()
		if n > 0 {
			tried.Rows = append(tried.Rows, batch.NewSlice(0, n))
		}
		left -= n
	}
	return result.Err()
}

// noteTrial says what to make of a trial: how much was read, and why there may be no rows. The error is why the view has failed.
func noteTrial(tried *server.Tried, status *engine.Status, v *catalog.View) error {
	events, dead := int64(0), int64(0)
	for _, s := range tried.Sources {
		events, dead = events+s.Events, dead+s.DeadLetters
	}
	said := []string{fmt.Sprintf("Read %d of the newest events in %.1f s.", events, tried.Took.Seconds())}
	if dead > 0 {
		said = append(said, fmt.Sprintf("%d of them could not be decoded.", dead))
	}
	for i := range status.Queries {
		if q := &status.Queries[i]; q.View == v.Name {
			if q.Error != "" {
				return &server.UserError{Code: "failed", Message: q.Error, Position: -1}
			}
			tried.Late = q.LateRows
		}
	}
	switch {
	case events == 0:
		said = append(said, "Nothing has come in this time.")
	case countRows(tried.Rows) == 0:
		said = append(said, "No row has come of them: "+nothing(status, v))
	case v.Emit == engine.EmitClose:
		said = append(said, "Windows that were open when reading began lack what came before.")
	default:
		said = append(said, "The created view reads its sources from the beginning, so its totals will be higher.")
	}
	tried.Note = strings.Join(said, " ")
	return nil
}

// nothing is why a view that was tried has no rows.
func nothing(status *engine.Status, v *catalog.View) string {
	w, ok := why.Of(status, v.Name, time.Now())
	if !ok || v.Emit != engine.EmitClose {
		return "no event is wanted by the query."
	}
	return strings.TrimPrefix(w.Summary, v.Name+": ") + ". A longer preview may see it close."
}

func countRows(batches []arrow.RecordBatch) (n int64) {
	for _, b := range batches {
		n += b.NumRows()
	}
	return n
}
