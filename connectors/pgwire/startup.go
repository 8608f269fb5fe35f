package pgwire

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// startupTime is how long a client may take to say what it wants.
const startupTime = 10 * time.Second

// start goes through the beginning of a connection. It reports false if nothing follows.
//
//	client   SSLRequest ─►        GSSENCRequest ─►    StartupMessage ─►
//	server             ◄─ S or N                 ◄─ N                  ◄─ AuthenticationOk, ParameterStatus…, BackendKeyData, ReadyForQuery
//
// S is followed by TLS; where there is a token, AuthenticationOk comes after the client has proved that it knows it (authenticate.go).
func (c *connection) start() bool {
	_ = c.conn.SetReadDeadline(time.Now().Add(startupTime))
	defer c.deadline(time.Time{})
	for range 3 { // SSL, GSSENC, then what matters
		message, err := c.wire.ReceiveStartupMessage()
		if err != nil {
			c.refuse(newFault(stateProtocol, "this is PostgreSQL's protocol, version 3: "+err.Error()))
			return false
		}
		switch m := message.(type) {
		case *pgproto3.SSLRequest:
			if err := c.answerSSL(); err != nil {
				return false
			}
		case *pgproto3.GSSEncRequest:
			if _, err := c.conn.Write([]byte{'N'}); err != nil {
				return false
			}
		case *pgproto3.CancelRequest:
			c.server.cancel(m.ProcessID, m.SecretKey)
			return false
		case *pgproto3.StartupMessage:
			return c.begin(m)
		}
	}
	return false
}

// begin lets a client in.
func (c *connection) begin(m *pgproto3.StartupMessage) bool {
	if f := c.authenticate(); f != nil {
		c.refuse(f)
		return false
	}
	if err := c.settings.start(m.Parameters); err != nil {
		c.refuse(faultOf(c.ctx, err))
		return false
	}
	if !c.server.enter(c) {
		c.refuse(newFault(stateTooMany, fmt.Sprintf("there are %d connections already, and no more are allowed", c.server.options.MaxConnections)))
		return false
	}
	var unknown []string
	for name := range m.Parameters {
		if strings.HasPrefix(name, protocolOption) {
			unknown = append(unknown, name)
		}
	}
	if m.ProtocolVersion != pgproto3.ProtocolVersion30 || unknown != nil {
		c.wire.Send(&pgproto3.NegotiateProtocolVersion{NewestMinorProtocol: pgproto3.ProtocolVersion30, UnrecognizedOptions: unknown})
	}
	c.wire.Send(&pgproto3.AuthenticationOk{})
	for _, k := range knownSettings {
		if k.reported {
			c.report(k.name)
		}
	}
	c.wire.Send(&pgproto3.BackendKeyData{ProcessID: c.number, SecretKey: c.secret})
	return c.ready() == nil
}

// report tells the client a setting's value.
func (c *connection) report(name string) {
	value, _ := c.settings.get(name)
	c.wire.Send(&pgproto3.ParameterStatus{Name: name, Value: value})
}

// refuse ends the connection with an error.
func (c *connection) refuse(f *fault) {
	f.fatal = true
	c.wire.Send(f.response(""))
	_ = c.flush() // nobody is left to hear of it
}

// enter gives a client its number and its key. It reports false if there are too many.
func (s *Server) enter(c *connection) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.clients) >= s.options.MaxConnections || s.closed {
		return false
	}
	c.secret = make([]byte, 4)
	_, _ = rand.Read(c.secret) // it never fails
	for c.number == 0 || s.clients[c.number] != nil {
		s.last = s.last%(1<<31-1) + 1
		c.number = s.last
	}
	s.clients[c.number] = c
	return true
}

func (s *Server) leave(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.clients[c.number] == c {
		delete(s.clients, c.number)
	}
}

// errCancelled is why a statement ends that its user has cancelled.
var errCancelled = newFault(stateCancelled, "the statement was cancelled at its user's request")

// cancel cancels what a client's connection runs, if the key is the client's.
func (s *Server) cancel(number uint32, secret []byte) {
	s.mu.Lock()
	c := s.clients[number]
	s.mu.Unlock()
	if c != nil && subtle.ConstantTimeCompare(c.secret, secret) == 1 {
		c.interrupt(errCancelled)
	}
}

// interrupt ends the statement that runs, if one does.
func (c *connection) interrupt(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current != nil {
		c.current(cause)
	}
}

// running notes how the statement that runs is ended; nil when it has.
func (c *connection) running(cancel context.CancelCauseFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current = cancel
}
