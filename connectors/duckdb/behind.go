package duckdb

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/weirdb/weir/engine"
)

// A sink of a table of Weir's own finds its rows there anyhow, so that not all that waits for it has to lie in the outbox a second time. Beyond
// the sink's MaxOutbox commits add nothing for it: the sink is behind, and what came after an epoch waits in the table. Once it has taken what
// the outbox has, the next epochs are put there, as much as it may hold, until the table has no more:
//
//	weir.dead_letters, by epoch   3  4  5  6  7  8  9
//	outbox                        ■  ■  ■ full              behind, after 5
//	… Done(5), Pending                     ■  ■             after 7
//	… Done(7), Pending                           ■  ■       not behind any more: the next commit adds to the outbox
//
// Retention leaves what waits in the table, and nothing stands still.

// behindSQL makes the table of the sinks that are behind. Databases of an earlier weir have none.
const behindSQL = `CREATE TABLE IF NOT EXISTS weir.behind (sink VARCHAR, "table" VARCHAR, after BIGINT);
COMMENT ON TABLE weir.behind IS 'sinks of dead letters and late rows for which the outbox is full: what the table has after an epoch waits there'`

// behind is a sink that is.
type behind struct {
	sink, table string
	after       int64 // the last epoch whose rows were put into the outbox
}

// mostEpochs bounds how many epochs are put into the outbox at a time, however small they are.
const mostEpochs = 64

// fallsBehind reports whether the sink is behind, or is from this commit on, in whose transaction it runs.
func (s *Store) fallsBehind(ctx context.Context, epoch int64, k KeptSink) (bool, error) {
	if !s.backlogs.isBehind(k.Sink) {
		if k.MaxOutbox == 0 || s.Backlog(k.Sink).Bytes <= k.MaxOutbox {
			return false, nil
		}
		b := behind{k.Sink, k.Table, epoch - 1}
		if _, err := s.session.execute(ctx, "INSERT INTO weir.behind VALUES ($1, $2, $3)", b.sink, b.table, b.after); err != nil {
			return false, err
		}
		s.fallen = append(s.fallen, b)
	}
	s.posted = append(s.posted, posting{k.Sink, waiting{epoch: epoch}})
	return true, nil
}

// forgetBehind notes that a sink is not behind, in the transaction under way.
func (s *Store) forgetBehind(ctx context.Context, sink string) error {
	if _, err := s.session.execute(ctx, "DELETE FROM weir.behind WHERE sink = $1", sink); err != nil {
		return fmt.Errorf("forgetting where sink %s stands: %w", sink, err)
	}
	return nil
}

// catchUp puts the next epochs of the table into the outbox of a sink that is behind. There may be nothing for the sink in them.
func (s *Store) catchUp(ctx context.Context, sink string) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	b, is := s.backlogs.behindOf(sink)
	at := slices.IndexFunc(s.keptSinks(b.table), func(k KeptSink) bool { return k.Sink == sink })
	if !is || at < 0 {
		return nil
	}
	k := s.keptSinks(b.table)[at]
	epochs, err := s.nextEpochs(ctx, b, k.MaxOutbox)
	if err != nil {
		return err
	}
	s.posted = nil
	if err := s.session.transaction(ctx, func() error { return s.moveUp(ctx, k, epochs) }); err != nil {
		return fmt.Errorf("taking rows for sink %s from %s: %w", sink, b.table, err)
	}
	if len(epochs) == 0 {
		s.backlogs.caughtUp(sink)
		return nil
	}
	b.after = epochs[len(epochs)-1]
	s.backlogs.refill(b, s.posted)
	return nil
}

// nextEpochs are those after where a sink stands of which the table has rows, as many as the outbox may hold, about: one at least.
func (s *Store) nextEpochs(ctx context.Context, b behind, room int64) (epochs []int64, err error) {
	sizes := map[string]string{engine.DeadLettersTable: "octet_length(value) + strlen(reason)", engine.LateRowsTable: "strlen(row::VARCHAR)"}
	if room = min(room, pendingBytes); room <= 0 { // the bound was taken away
		room = pendingBytes
	}
	sql := fmt.Sprintf("SELECT epoch, sum(coalesce(%s, 0) + 100)::BIGINT FROM %s WHERE epoch > $1 GROUP BY epoch ORDER BY epoch LIMIT %d", sizes[b.table], b.table, mostEpochs)
	err = s.session.each(ctx, sql, func(r row) {
		if len(epochs) == 0 || room > 0 {
			epochs = append(epochs, r.int(0))
		}
		room -= r.int(1)
	}, b.after)
	return epochs, err
}

// moveUp puts epochs of the table into the outbox, in a transaction, and notes where the sink stands now: nowhere, if there are none.
func (s *Store) moveUp(ctx context.Context, k KeptSink, epochs []int64) error {
	if len(epochs) == 0 {
		return s.forgetBehind(ctx, k.Sink)
	}
	for _, epoch := range epochs {
		if err := s.postTo(ctx, epoch, fmt.Sprintf("(FROM %s WHERE epoch = %d)", k.Table, epoch), k); err != nil {
			return err
		}
	}
	_, err := s.session.execute(ctx, "UPDATE weir.behind SET after = $2 WHERE sink = $1", k.Sink, epochs[len(epochs)-1])
	return err
}

// countBehind finds out, when the store is opened, which sinks are behind and how many epochs wait for them in the tables.
func (s *Store) countBehind(ctx context.Context) error {
	var found []behind
	err := s.session.each(ctx, `SELECT sink, "table", after FROM weir.behind`, func(r row) { found = append(found, behind{r.text(0), r.text(1), r.int(2)}) })
	for _, b := range found {
		if b.table != engine.DeadLettersTable && b.table != engine.LateRowsTable {
			return errors.Join(err, fmt.Errorf("weir.behind has a sink of %s", b.table))
		}
		var posted []posting
		err = errors.Join(err, s.session.each(ctx, "SELECT DISTINCT epoch FROM "+b.table+" WHERE epoch > $1 ORDER BY epoch",
			func(r row) { posted = append(posted, posting{b.sink, waiting{epoch: r.int(0)}}) }, b.after))
		s.backlogs.add(posted)
	}
	s.backlogs.fall(found)
	return err
}

// fall notes sinks that are behind.
func (b *backlogs) fall(fallen []behind) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range fallen {
		b.behind[f.sink] = f
	}
}

func (b *backlogs) behindOf(sink string) (behind, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	of, is := b.behind[sink]
	return of, is
}

func (b *backlogs) isBehind(sink string) bool {
	_, is := b.behindOf(sink)
	return is
}

// refill puts what has come into the outbox in place of the epochs that have waited in the table.
func (b *backlogs) refill(now behind, posted []posting) {
	b.mu.Lock()
	of := b.of[now.sink]
	var later []waiting
	if of != nil {
		n := slices.IndexFunc(of.waiting, func(w waiting) bool { return w.epoch > now.after })
		if n >= 0 {
			later = of.waiting[n:]
		}
		*of = backlog{}
	}
	b.behind[now.sink] = now
	b.mu.Unlock()
	b.add(posted)
	for _, w := range later {
		b.add([]posting{{now.sink, w}})
	}
}

// caughtUp notes that nothing waits in the table.
func (b *backlogs) caughtUp(sink string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.behind, sink)
	delete(b.of, sink)
}

// takenOf is the last epoch of a table that every sink of it has in the outbox, or has had.
func (b *backlogs) takenOf(table string) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := int64(math.MaxInt64)
	for _, of := range b.behind {
		if of.table == table {
			taken = min(taken, of.after)
		}
	}
	return taken
}
