package duckdb

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// The outbox keeps what a commit changed in views that have sinks, once for each sink. Small changes lie in the outbox's table,
// as an Arrow stream: they become durable with the commit, without a file to sync. Large ones would go through DuckDB's log and
// its pages several times over; they lie in a file that all sinks of the view share, written and synced before the commit:
//
//	commit ─┬─ small ─► weir.outbox.changes                           ─┐
//	        └─ large ─► file, not compressed ◄─ weir.outbox.file ─────┴─► Pending ─► sink ─► Done: rows go, then their file
//
// Neither is compressed: most are read once, soon, and packing them would take longer than writing the rows to the sink.

var outboxColumns = unparametered(types.Varchar, types.BigInt, types.Varchar, types.Blob, types.Varchar)

// largeChange is how many bytes of rows go to a file.
var largeChange uint64 = 256 << 10

// writeOutbox puts what a commit changes in views that have sinks into the outbox, once for each sink.
func (s *Store) writeOutbox(c *engine.Commit) error {
	for _, change := range c.Changes {
		sinks := s.sinksOf(change.View)
		if len(sinks) == 0 || len(change.Batches) == 0 {
			continue
		}
		if err := s.post(c.Epoch, change, sinks); err != nil {
			return viewError(change.View, fmt.Errorf("keeping changes for sinks: %w", err))
		}
	}
	return nil
}

func (s *Store) post(epoch int64, change engine.Change, sinks []string) error {
	packed, err := s.pack(fmt.Sprintf("outbox-%d-%s", epoch, change.View), s.tables[change.View].columns, change.Batches)
	if err != nil {
		return err
	}
	return s.appendOutbox(epoch, packed, sinks)
}

// packedChange is what a delivery consists of, as the outbox has it.
type packedChange struct {
	columns string // JSON
	bytes   []byte
	file    string // empty if bytes has all
}

// pack makes a delivery: bytes or, if it is large, a file of the given name.
func (s *Store) pack(file string, columns []types.Field, batches []engine.Batch) (p packedChange, err error) {
	described, err := json.Marshal(columns)
	if err != nil {
		return p, err
	}
	p.columns = string(described)
	if engine.Size(batches) < largeChange {
		p.bytes, err = packChanges(columns, batches)
		return p, err
	}
	p.file = file
	return p, s.packFile(file, columns, batches)
}

// appendOutbox puts a delivery into the outbox, for each of the sinks.
func (s *Store) appendOutbox(epoch int64, p packedChange, sinks []string) error {
	size := int64(len(p.columns) + len(p.bytes))
	if p.file != "" {
		size += s.state.size(p.file)
	}
	for _, sink := range sinks {
		s.posted = append(s.posted, posting{sink, waiting{epoch, size}})
	}
	return s.appendBuilt(database, "weir", "outbox", outboxColumns, len(sinks), func(b *array.RecordBuilder, i int) {
		appendTexts(b, sinks[i])
		b.Field(1).(*array.Int64Builder).Append(epoch)
		b.Field(2).(*array.StringBuilder).Append(p.columns)
		if p.file == "" {
			b.Field(3).(*array.BinaryBuilder).Append(p.bytes)
			b.Field(4).AppendNull()
			return
		}
		b.Field(3).AppendNull()
		b.Field(4).(*array.StringBuilder).Append(p.file)
	})
}

// pendingBytes bounds what one call of Pending unpacks, as it lies in the outbox: a sink that was down for long has large epochs
// waiting.
var pendingBytes int64 = 16 << 20

// posted is a row of the outbox.
type posted struct {
	epoch   int64
	columns string // JSON
	packed  []byte // nil if in file
	file    string
}

// Pending returns what a sink has not delivered yet, oldest epoch first, at most limit epochs; fewer, but at least one, if they
// are large. The caller releases the batches.
func (s *Store) Pending(ctx context.Context, sink string, limit int) ([]engine.Delivery, error) {
	rows, err := s.readPosted(ctx, sink, limit)
	for err == nil && len(rows) == 0 && s.backlogs.isBehind(sink) {
		if err = s.catchUp(ctx, sink); err == nil {
			rows, err = s.readPosted(ctx, sink, limit)
		}
	}
	var out []engine.Delivery
	taken := int64(0)
	for i := 0; err == nil && i < len(rows) && taken < pendingBytes; i++ {
		var d engine.Delivery
		var size int64
		if d, size, err = s.unpackDelivery(&rows[i]); err == nil {
			out, taken = append(out, d), taken+size
		}
	}
	if err != nil {
		releaseDeliveries(out)
		return nil, queryError("reading the outbox of "+sink, err)
	}
	return out, nil
}

func (s *Store) readPosted(ctx context.Context, sink string, limit int) ([]posted, error) {
	reader, err := s.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer reader.close()
	var out []posted
	sql := "SELECT epoch, columns::VARCHAR, changes, file FROM weir.outbox WHERE sink = $1 ORDER BY epoch LIMIT $2"
	err = reader.each(ctx, sql, func(r row) {
		p := posted{epoch: r.int(0), columns: r.text(1)}
		if r.null(2) {
			p.file = r.text(3)
		} else {
			p.packed = []byte(r.text(2))
		}
		out = append(out, p)
	}, sink, int64(limit))
	return out, err
}

func releaseDeliveries(deliveries []engine.Delivery) {
	for _, d := range deliveries {
		releaseBatches(d.Changes)
	}
}

func releaseBatches(batches []engine.Batch) {
	for _, b := range batches {
		b.Release()
	}
}

// Done removes from the outbox what a sink has delivered: every epoch up to the given one.
func (s *Store) Done(ctx context.Context, sink string, epoch int64) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	files, err := s.clear(ctx, "sink = $1 AND epoch <= $2", sink, epoch)
	if err != nil {
		return queryError("clearing the outbox of "+sink, err)
	}
	s.backlogs.done(sink, epoch)
	s.removeUnposted(ctx, files)
	return nil
}

// clear deletes rows of the outbox, and returns the files that they name.
func (s *Store) clear(ctx context.Context, which string, args ...any) ([]string, error) {
	var files []string
	err := s.session.each(ctx, "DELETE FROM weir.outbox WHERE "+which+" RETURNING file", func(r row) {
		if !r.null(0) {
			files = append(files, r.text(0))
		}
	}, args...)
	return files, err
}

// outboxFiles are the files that the outbox names.
func (s *Store) outboxFiles(ctx context.Context) ([]string, error) {
	var files []string
	err := s.session.each(ctx, "SELECT DISTINCT file FROM weir.outbox WHERE file IS NOT NULL", func(r row) { files = append(files, r.text(0)) })
	return files, err
}

// removeUnposted removes those of the files that the outbox does not name any more. What it cannot remove goes at the next Open.
func (s *Store) removeUnposted(ctx context.Context, files []string) {
	if len(files) == 0 {
		return
	}
	posted, err := s.outboxFiles(ctx)
	if err != nil {
		return
	}
	for _, file := range files {
		if !slices.Contains(posted, file) {
			_ = os.Remove(s.state.path(file))
		}
	}
}
