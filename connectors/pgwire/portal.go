package pgwire

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine/types"
)

// portal is a statement that runs, with its parameters. Its rows may be asked for in parts; between them it holds the state that it reads.
type portal struct {
	name       string
	statement  *statement
	connection *connection
	parameters []*string
	formats    []int16
	held       bool // a cursor WITH HOLD, which lives on after its transaction

	cancel context.CancelCauseFunc
	ctx    context.Context // of the result
	result *server.Result  // nil before it is opened, and for what answers no rows
	opened bool
	source *portal // the cursor that a FETCH reads
	wires  []wireType
	batch  arrow.RecordBatch
	writer *rowWriter
	at     int   // the next row of the batch
	sent   int64 // rows of the result
	done   bool  // all are sent
	buf    []byte
}

// columns are those of the result; nil if there is none.
func (p *portal) columns() []types.Field {
	switch {
	case p.source != nil:
		return p.source.columns()
	case p.result != nil:
		return p.result.Columns
	}
	return nil
}

// holds reports whether the portal keeps a state from being cleared away.
func (p *portal) holds() bool { return p.result != nil && !p.done }

// during does a step of a portal, which a cancel request, the time and the client's leaving end. An error has its place in the client's text.
func (c *connection) during(p *portal, step func(ctx context.Context) error) error {
	if c.status == failed && !p.statement.endsFailed() {
		return newFault(stateFailed, "the transaction has failed: ROLLBACK ends it, statements before that are ignored")
	}
	target := p
	if name := p.statement.fetched(); name != "" && c.portals[name] != nil {
		target = c.portals[name]
	}
	if target.ctx == nil {
		target.ctx, target.cancel = context.WithCancelCause(c.ctx)
	}
	end := c.guard(target.cancel)
	err := step(target.ctx)
	end()
	if err == nil {
		return nil
	}
	c.drop(target)
	if isGone(err) {
		return err
	}
	return p.statement.place(faultOf(target.ctx, err))
}

// drop ends a portal that has failed: what it has not sent must not look like its end.
func (c *connection) drop(p *portal) {
	p.close()
	if c.portals[p.name] == p {
		delete(c.portals, p.name)
	}
}

// guard sees to it that cancel, or what running has put in its place, is called when the client wants it, its time is up, or it has left, until
// end is called.
func (c *connection) guard(cancel context.CancelCauseFunc) (end func()) {
	c.running(cancel)
	stopWatching := c.watch(func() { c.interrupt(&goneError{context.Canceled}) })
	var timer *time.Timer
	limit := c.settings.statementTimeout()
	if most := c.server.options.QueryTimeout; most > 0 && (limit == 0 || most < limit) {
		limit = most
	}
	if limit > 0 {
		late := newFault(stateCancelled, fmt.Sprintf("the statement took longer than %s, which is its statement_timeout", limit))
		timer = time.AfterFunc(limit, func() { c.interrupt(late) })
	}
	return func() {
		if timer != nil {
			timer.Stop()
		}
		stopWatching()
		c.running(nil)
	}
}

// open begins to run the statement, unless it runs already.
func (p *portal) open(ctx context.Context) (err error) {
	if p.opened {
		return nil
	}
	p.opened = true
	p.connection.server.statements.Add(1)
	if p.statement.command != nil {
		return p.statement.command.run(p)
	}
	limit := server.Limits{}
	if most := p.connection.server.options.MaxRows; most > 0 {
		limit.MaxRows = most + 1 // one more tells that there are more
	}
	if p.result, err = p.connection.server.backend.Read(ctx, p.statement.sql, p.parameters, limit); err != nil {
		return err
	}
	p.connection.server.results.Add(1)
	p.result.Columns = p.statement.edits.named(p.result.Columns)
	p.start()
	return p.statement.stillHas(p.result.Columns)
}

// stillHas checks that columns are those that the client was told, if it was: a view may have been replaced since. The message is PostgreSQL's
// own, by which drivers know that they have to prepare the statement anew.
func (s *statement) stillHas(columns []types.Field) error {
	same := func(a, b types.Field) bool { return wireTypes[a.Type.ID] == wireTypes[b.Type.ID] }
	if !s.planned || slices.EqualFunc(s.columns, columns, same) {
		return nil
	}
	return &fault{state: stateNotSupported, message: "cached plan must not change result type", position: -1,
		detail: "The columns are not those that the statement had when it was prepared: prepare it again."}
}

// start makes ready for sending the result.
func (p *portal) start() {
	p.wires = make([]wireType, len(p.result.Columns))
	for i, c := range p.result.Columns {
		p.wires[i] = wireTypes[c.Type.ID]
	}
}

// send sends the next rows, all if most is zero. It reports whether there may be more; if not, the statement is complete.
func (p *portal) send(ctx context.Context, most int64) (suspended bool, err error) {
	from, before := p, p.sent
	if p.source != nil {
		from, most = p.source, p.statement.command.count
		before = from.sent
		from.formats = p.formats
		from.writer = nil // the formats may be others
	}
	if p.statement.copying != nil {
		return false, p.copyRows(ctx)
	}
	if from.result != nil && most >= 0 {
		if suspended, err = from.rows(ctx, most); err != nil {
			return false, err
		}
	}
	if p.source == nil && suspended {
		return true, nil
	}
	p.complete(from.sent - before)
	return false, nil
}

// complete says that the statement is. Rows are those of this call: a portal that was suspended counts each of its parts.
func (p *portal) complete(rows int64) {
	tag := p.statement.tag()
	if p.statement.counts() {
		tag = fmt.Sprintf("%s %d", tag, rows)
	}
	p.connection.wire.Send(&pgproto3.CommandComplete{CommandTag: []byte(tag)})
}

// rows sends rows of the result, all if most is zero. It reports whether it stopped at most.
func (p *portal) rows(ctx context.Context, most int64) (suspended bool, err error) {
	for sent := int64(0); ; {
		if most > 0 && sent == most {
			return true, nil
		}
		more, err := p.fill(ctx)
		if err != nil || !more {
			return false, err
		}
		n := p.batch.NumRows() - int64(p.at)
		if most > 0 {
			n = min(n, most-sent)
		}
		if err := p.part(ctx, int(n)); err != nil {
			return false, err
		}
		sent += n
	}
}

// fill sees to it that there is a batch with rows that were not sent. It reports false at the end.
func (p *portal) fill(ctx context.Context) (more bool, err error) {
	for p.batch == nil || p.at == int(p.batch.NumRows()) {
		if p.done {
			return false, nil
		}
		p.batch, p.writer, p.at = nil, nil, 0
		if !p.result.Reader.Next() {
			p.done = true
			err := p.result.Reader.Err()
			p.release() // what it reads need not be held any longer
			return false, err
		}
		if err := ctx.Err(); err != nil {
			return false, err
		}
		p.batch = p.result.Reader.RecordBatch()
	}
	if p.writer == nil {
		p.writer = newRowWriter(p.batch, p.wires, p.formats)
	}
	return true, nil
}

// sendAt is how many bytes of rows are sent together.
const sendAt = 32 << 10

// part sends the next n rows of the batch.
func (p *portal) part(ctx context.Context, n int) error {
	if most := p.connection.server.options.MaxRows; most > 0 && p.sent+int64(n) > int64(most) {
		return p.tooMany()
	}
	for range n {
		p.buf = p.writer.append(p.buf, p.at)
		p.at++
		p.sent++
		if len(p.buf) < sendAt {
			continue
		}
		if err := p.flush(ctx); err != nil {
			return err
		}
	}
	return p.flush(ctx)
}

func (p *portal) tooMany() error {
	return newFault(stateTooMuch, fmt.Sprintf("the result has more than %d rows: ask for it in parts, with WHERE or with LIMIT and OFFSET",
		p.connection.server.options.MaxRows))
}

// flush sends the rows that are encoded.
func (p *portal) flush(ctx context.Context) error {
	if err := p.writer.cells.failed; err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	err := p.connection.write(p.buf)
	p.buf = p.buf[:0]
	return err
}

// release frees what the result reads; its columns stay.
func (p *portal) release() {
	if p.result == nil || p.result.Reader == nil {
		return
	}
	columns := p.result.Columns
	p.result.Close()
	if p.statement.command == nil {
		p.connection.server.results.Add(-1)
	}
	p.result, p.batch, p.writer = &server.Result{Columns: columns}, nil, nil
	p.done = true
}

// close ends the portal.
func (p *portal) close() {
	p.release()
	if p.cancel != nil {
		p.cancel(nil)
	}
}
