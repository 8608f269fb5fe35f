package duckdb

import (
	"context"
	"fmt"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Sinks of Weir's own tables get the rows that a commit adds to them, by the outbox, as those of views get their changes. What a commit adds goes
// through a temporary table too, where each sink's condition is asked:
//
//	dead letters ─┬─► weir.dead_letters
//	              └─► letters_new ─ WHERE … ─► weir.outbox ─► sink
//
// Where a condition fails on a row, the sink gets the row. What a sink does not take waits in the outbox up to its bound, and in the table
// beyond: see behind.go.

// KeptSink is a sink of a table of Weir's own.
type KeptSink struct {
	Sink    string
	Table   string // engine.DeadLettersTable or engine.LateRowsTable
	Columns []string
	Where   string // SQL over the columns; empty for all rows
	// MaxOutbox is beyond how many bytes in the outbox what comes waits in the table; 0 for never.
	MaxOutbox int64
}

// What a commit adds has temporary tables, which are empty between commits, and are made when they are needed first.
const (
	lettersNew = `CREATE TEMP TABLE IF NOT EXISTS letters_new AS
		SELECT source, "partition", "offset", value, reason, "at", views, meta FROM weir.dead_letters LIMIT 0`
	lateNew = `CREATE TEMP TABLE IF NOT EXISTS late_new AS FROM weir.late_rows LIMIT 0`
)

// SetKeptSinks says which sinks there are of Weir's own tables. The store keeps the list.
func (s *Store) SetKeptSinks(sinks []KeptSink) {
	s.sinksLock.Lock()
	defer s.sinksLock.Unlock()
	s.kept = sinks
}

func (s *Store) keptSinks(table string) []KeptSink {
	s.sinksLock.Lock()
	defer s.sinksLock.Unlock()
	var out []KeptSink
	for _, k := range s.kept {
		if k.Table == table {
			out = append(out, k)
		}
	}
	return out
}

// postKept puts what lies in a temporary table into the outbox, for each of the sinks that are not behind, and empties it.
func (s *Store) postKept(ctx context.Context, epoch int64, from string, sinks []KeptSink) error {
	for _, k := range sinks {
		behind, err := s.fallsBehind(ctx, epoch, k)
		if err == nil && !behind {
			err = s.postTo(ctx, epoch, "temp.main."+from, k)
		}
		if err != nil {
			return fmt.Errorf("keeping rows of %s for sink %s: %w", k.Table, k.Sink, err)
		}
	}
	return s.session.exec(ctx, "DELETE FROM temp.main."+from)
}

// postTo puts rows of a relation into the outbox of a sink.
func (s *Store) postTo(ctx context.Context, epoch int64, from string, k KeptSink) error {
	p, err := s.session.prepare(k.sql(from, k.Where))
	if err != nil && k.Where != "" { // such as a macro that has gone since
		p, err = s.session.prepare(k.sql(from, ""))
	}
	if err != nil {
		return err
	}
	defer p.close()
	columns, err := p.columns()
	if err != nil {
		return err
	}
	batches, err := p.batches(ctx, columns)
	defer releaseBatches(batches)
	if err != nil || len(batches) == 0 {
		return err
	}
	packed, err := s.pack(fmt.Sprintf("outbox-%d-%s", epoch, k.Sink), columns, batches)
	if err != nil {
		return err
	}
	return s.appendOutbox(epoch, packed, []string{k.Sink})
}

// sql selects what a sink gets. Of dead letters there is also the text, which is NULL if the bytes are none. A condition that fails says TRUE.
func (k *KeptSink) sql(from, where string) string {
	columns := make([]string, len(k.Columns))
	for i, c := range k.Columns {
		columns[i] = types.QuoteIdent(c)
	}
	_, table, _ := strings.Cut(k.Table, ".")
	if k.Table == engine.DeadLettersTable {
		from = "(SELECT *, TRY(decode(value)) AS text FROM " + from + ")"
	}
	sql := fmt.Sprintf("SELECT %s FROM %s AS %s", strings.Join(columns, ", "), from, types.QuoteIdent(table))
	if where != "" {
		sql += " WHERE coalesce(TRY(coalesce((" + where + "\n)::BOOLEAN, false)), true)"
	}
	return sql
}

// batches are the rows of the statement's result. The caller releases them, also after an error.
func (p *statement) batches(ctx context.Context, columns []types.Field) (out []engine.Batch, err error) {
	res, err := p.query(ctx, columns, false)
	if err != nil {
		return nil, err
	}
	defer res.close()
	for {
		var rows arrow.RecordBatch
		if rows, err = res.next(ctx); err != nil || rows == nil {
			return out, err
		}
		if rows.NumRows() == 0 {
			rows.Release()
			continue
		}
		out = append(out, engine.Batch{Rows: rows})
	}
}

// postLetters has sinks get the letters of a commit that are new: those that were found for the first time, and of the others those that the
// store has not.
func (s *Store) postLetters(ctx context.Context, epoch int64, fresh []engine.DeadLetter, again bool) error {
	sinks := s.keptSinks(engine.DeadLettersTable)
	if len(sinks) == 0 || len(fresh) == 0 && !again {
		return nil
	}
	if err := s.session.exec(ctx, lettersNew); err != nil {
		return err
	}
	if err := s.appendLetters("temp", "main", "letters_new", metColumns, fresh, epoch); err != nil {
		return err
	}
	if again {
		if _, err := s.session.execute(ctx, "INSERT INTO temp.main.letters_new "+unknownLetters); err != nil {
			return err
		}
	}
	return s.postKept(ctx, epoch, "letters_new", sinks)
}

// postLate has sinks get the late rows of a commit.
func (s *Store) postLate(ctx context.Context, c *engine.Commit) error {
	sinks := s.keptSinks(engine.LateRowsTable)
	if len(sinks) == 0 || len(c.Late) == 0 {
		return nil
	}
	if err := s.session.exec(ctx, lateNew); err != nil {
		return err
	}
	if err := s.appendLate("temp", "main", "late_new", c); err != nil {
		return err
	}
	return s.postKept(ctx, c.Epoch, "late_new", sinks)
}
