package pgwire

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// connection is one client. Its goroutine reads a message, answers it, and reads the next; only cancelling comes from another.
type connection struct {
	server *Server
	conn   net.Conn
	in     *bufio.Reader
	out    *bufio.Writer
	wire   *pgproto3.Backend
	ctx    context.Context
	number uint32 // told to clients as the process's; 0 until the client is let in
	secret []byte

	mu      sync.Mutex
	current context.CancelCauseFunc // ends the statement that runs

	settings   *settings
	local      map[string]string // values that settings had before SET LOCAL
	status     byte              // idle, inBlock or failed, as ReadyForQuery tells it
	statements map[string]*statement
	portals    map[string]*portal
	skipping   bool // an error came: what the client has sent ahead is skipped up to Sync
}

// The states of a transaction.
const (
	idle    = 'I' // none has begun
	inBlock = 'T' // between BEGIN and COMMIT
	failed  = 'E' // a statement has failed there
)

func newConnection(s *Server, conn net.Conn) *connection {
	c := &connection{server: s, ctx: s.ctx, settings: newSettings(), status: idle, statements: map[string]*statement{}, portals: map[string]*portal{}}
	c.speakOver(conn)
	return c
}

// speakOver has the messages go over a connection.
func (c *connection) speakOver(conn net.Conn) {
	c.conn, c.in = conn, bufio.NewReader(conn)
	c.out = bufio.NewWriterSize(&patientWriter{conn, c.server.options.Stalled}, 64<<10)
	c.wire = pgproto3.NewBackend(c.in, c.out)
	c.wire.SetMaxBodyLen(c.server.options.MaxBody)
}

// patientWriter gives a client a time in which to take something.
type patientWriter struct {
	conn     net.Conn
	patience time.Duration
}

func (w *patientWriter) Write(p []byte) (int, error) {
	if err := w.conn.SetWriteDeadline(time.Now().Add(w.patience)); err != nil {
		return 0, err
	}
	return w.conn.Write(p)
}

// run answers the client until it leaves.
func (c *connection) run() {
	defer func() { _ = c.conn.Close() }() // of TLS, which says so; the client may have closed it
	defer c.server.leave(c)
	if !c.start() {
		return
	}
	defer c.closePortals(func(*portal) bool { return true })
	for {
		message, err := c.receive()
		if err != nil {
			c.depart(err)
			return
		}
		if _, leaves := message.(*pgproto3.Terminate); leaves {
			return
		}
		if err := c.answer(message); err != nil {
			return // the client has left, or takes nothing
		}
	}
}

// receive waits for the next message. A client that has left an answer half read must come back in time.
func (c *connection) receive() (pgproto3.FrontendMessage, error) {
	until := time.Time{}
	for _, p := range c.portals {
		if p.holds() {
			until = time.Now().Add(c.server.options.Stalled)
		}
	}
	c.deadline(until)
	return c.wire.Receive()
}

// deadline sets until when the next message must come; the zero time for whenever. That the server closes counts more.
func (c *connection) deadline(until time.Time) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	if !c.server.closed {
		_ = c.conn.SetReadDeadline(until) // a connection that is closed fails when it is read
	}
}

// depart tells the client why the connection ends, if it is there to hear it.
func (c *connection) depart(err error) {
	var large *pgproto3.ExceededMaxBodyLenErr
	switch {
	case c.ctx.Err() != nil:
		c.refuse(faultOf(c.ctx, err))
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.refuse(newFault(stateIdle, fmt.Sprintf("a result was left half read for %s: the state that it is of has to be cleared away",
			c.server.options.Stalled)))
	case errors.As(err, &large):
		c.refuse(newFault(stateTooMuch, fmt.Sprintf("a message has %d bytes, at most %d are allowed", large.ActualBodyLen, large.MaxExpectedBodyLen)))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
	default:
		c.refuse(newFault(stateProtocol, "a message cannot be read: "+err.Error()))
	}
}

// answer answers one message. An error means that the connection is of no use any more.
func (c *connection) answer(message pgproto3.FrontendMessage) error {
	switch message.(type) {
	case *pgproto3.Sync:
		return c.sync()
	case *pgproto3.Flush:
		return c.flush()
	case *pgproto3.CopyData, *pgproto3.CopyDone, *pgproto3.CopyFail:
		return nil // of a COPY that was refused
	}
	if c.skipping {
		return nil
	}
	if m, simple := message.(*pgproto3.Query); simple {
		return c.query(m.String)
	}
	text, err := c.extended(message)
	if err != nil {
		c.skipping = true
		return c.fail(text, err)
	}
	return nil
}

// fail tells an error of a statement, whose text is there to count characters in. An error of the connection it returns.
func (c *connection) fail(text string, err error) error {
	if isGone(err) {
		return err
	}
	c.server.failures.Add(1)
	f := faultOf(c.ctx, err)
	if c.status == inBlock {
		c.status = failed
	}
	c.wire.Send(f.response(text))
	if f.fatal {
		_ = c.flush()
		return &goneError{err}
	}
	return nil
}

// goneError is an error of sending: the client has left.
type goneError struct{ err error }

func (e *goneError) Error() string { return "pgwire: send: " + e.err.Error() }
func (e *goneError) Unwrap() error { return e.err }

func isGone(err error) bool {
	var gone *goneError
	return errors.As(err, &gone)
}

// ready says that the next statement may come.
func (c *connection) ready() error {
	c.wire.Send(&pgproto3.ReadyForQuery{TxStatus: c.status})
	return c.flush()
}

// flush sends what is waiting.
func (c *connection) flush() error {
	if err := c.wire.Flush(); err != nil {
		return &goneError{err}
	}
	if err := c.out.Flush(); err != nil {
		return &goneError{err}
	}
	return nil
}

// write sends messages that are encoded already, behind those that are waiting.
func (c *connection) write(messages []byte) error {
	if err := c.wire.Flush(); err != nil { // into c.out
		return &goneError{err}
	}
	if _, err := c.out.Write(messages); err != nil {
		return &goneError{err}
	}
	return nil
}

// notice tells the client something that is not an error.
func (c *connection) notice(message string) {
	c.wire.Send(&pgproto3.NoticeResponse{Severity: "NOTICE", SeverityUnlocalized: "NOTICE", Code: "00000", Message: message})
}

// watch ends the statement that runs when the client leaves meanwhile. Call what it returns when the statement has ended.
func (c *connection) watch(leave func()) (stop func()) {
	quiet := make(chan struct{})
	stopping := false
	var mu sync.Mutex
	go func() {
		defer close(quiet)
		_, err := c.in.Peek(1) // a message that is sent ahead stays where it is
		mu.Lock()
		defer mu.Unlock()
		if err != nil && !stopping {
			leave()
		}
	}()
	return func() {
		mu.Lock()
		stopping = true
		mu.Unlock()
		_ = c.conn.SetReadDeadline(time.Unix(1, 0)) // wakes the goroutine
		<-quiet
		c.deadline(time.Time{})
	}
}
