package pgwire

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/weirdb/weir/engine/types"
)

// extended answers a message of the extended protocol. With an error comes the text that its position is in.
func (c *connection) extended(message pgproto3.FrontendMessage) (text string, err error) {
	switch m := message.(type) {
	case *pgproto3.Parse:
		return m.Query, c.parse(m)
	case *pgproto3.Bind:
		return "", c.bind(m)
	case *pgproto3.Describe:
		return "", c.describe(m)
	case *pgproto3.Execute:
		return c.execute(m)
	case *pgproto3.Close:
		c.close(m)
		return "", nil
	case *pgproto3.FunctionCall:
		return "", newFault(stateNotSupported, "function calls are not supported: use SELECT")
	}
	return "", newFault(stateProtocol, fmt.Sprintf("a message of type %T is not expected here", message))
}

// Bounds on what one connection may keep.
const (
	maxStatements = 10_000
	maxText       = 16 << 20 // of all prepared statements together
	maxPortals    = 32       // each may hold a snapshot
)

// parse prepares a statement.
//
//	Parse ─► statement ─ Bind ─► portal ─ Execute ─► rows, PortalSuspended ─ Execute ─► rows, CommandComplete
func (c *connection) parse(m *pgproto3.Parse) error {
	if m.Name != "" && c.statements[m.Name] != nil {
		return newFault(stateStatementTwice, fmt.Sprintf("prepared statement %q exists already", m.Name))
	}
	if text := c.statementText(); len(c.statements) >= maxStatements || text+len(m.Query) > maxText {
		return newFault(stateTooMuch, fmt.Sprintf("there are %d prepared statements with %d bytes on this connection, and this one has %d: close some",
			len(c.statements), text, len(m.Query)))
	}
	if !utf8.ValidString(m.Query) {
		return newFault(stateText, "the statement is not UTF-8")
	}
	delete(c.statements, m.Name) // also if the new one fails
	parts := split(m.Query)
	if len(parts) > 1 {
		return newFault(stateSyntax, "only one statement can be prepared at a time")
	}
	s := &statement{empty: true}
	if len(parts) == 1 {
		var err error
		if s, err = c.compile(parts[0], append([]uint32{}, m.ParameterOIDs...)); err != nil {
			return err
		}
		if err := s.plan(c); err != nil {
			return err
		}
	}
	s.whole = m.Query
	c.statements[m.Name] = s
	c.wire.Send(&pgproto3.ParseComplete{})
	return nil
}

// statementText is how many bytes the prepared statements have.
func (c *connection) statementText() (n int) {
	for _, s := range c.statements {
		n += len(s.whole)
	}
	return n
}

// bind makes a portal: a statement with its parameters.
func (c *connection) bind(m *pgproto3.Bind) error {
	s := c.statements[m.PreparedStatement]
	if s == nil {
		return newFault(stateStatement, fmt.Sprintf("there is no prepared statement %q", m.PreparedStatement))
	}
	if m.DestinationPortal != "" && c.portals[m.DestinationPortal] != nil {
		return newFault(stateCursorTwice, fmt.Sprintf("portal %q exists already", m.DestinationPortal))
	}
	if c.closePortal(m.DestinationPortal); len(c.portals) >= maxPortals {
		return newFault(stateTooMuch, fmt.Sprintf("there are %d portals on this connection: close some", maxPortals))
	}
	texts, err := s.textsOf(m)
	if err != nil {
		return err
	}
	if err := checkFormats(m.ResultFormatCodes, len(s.columns)); err != nil {
		return err
	}
	c.portals[m.DestinationPortal] = &portal{name: m.DestinationPortal, statement: s, connection: c, parameters: texts,
		formats: append([]int16{}, m.ResultFormatCodes...)}
	c.wire.Send(&pgproto3.BindComplete{})
	return nil
}

func checkFormats(formats []int16, columns int) error {
	if len(formats) > 1 && len(formats) != columns {
		return newFault(stateProtocol, fmt.Sprintf("there are %d formats for %d columns", len(formats), columns))
	}
	for _, f := range formats {
		if f != textFormat && f != binaryFormat {
			return newFault(stateProtocol, fmt.Sprintf("format %d: there are 0, text, and 1, binary", f))
		}
	}
	return nil
}

// describe tells the parameters and the columns of a statement, or the columns of a portal.
func (c *connection) describe(m *pgproto3.Describe) error {
	if m.ObjectType == 'P' {
		p := c.portals[m.Name]
		if p == nil {
			return newFault(stateCursor, fmt.Sprintf("there is no portal %q", m.Name))
		}
		columns := p.statement.columns
		if p.opened { // a cursor, which was not described before
			columns = p.columns()
		}
		c.describeColumns(p.statement, columns, p.formats)
		return nil
	}
	s := c.statements[m.Name]
	if s == nil {
		return newFault(stateStatement, fmt.Sprintf("there is no prepared statement %q", m.Name))
	}
	c.wire.Send(&pgproto3.ParameterDescription{ParameterOIDs: s.parameters})
	c.describeColumns(s, s.columns, nil)
	return nil
}

func (c *connection) describeColumns(s *statement, columns []types.Field, formats []int16) {
	if columns == nil || s.copying != nil {
		c.wire.Send(&pgproto3.NoData{})
		return
	}
	c.wire.Send(rowDescription(columns, formats))
}

// execute runs a portal, or goes on with it.
func (c *connection) execute(m *pgproto3.Execute) (text string, err error) {
	p := c.portals[m.Portal]
	if p == nil {
		return "", newFault(stateCursor, fmt.Sprintf("there is no portal %q", m.Portal))
	}
	if p.statement.empty {
		c.wire.Send(&pgproto3.EmptyQueryResponse{})
		return "", nil
	}
	suspended := false
	err = c.during(p, func(ctx context.Context) (err error) {
		if err := p.open(ctx); err != nil {
			return err
		}
		suspended, err = p.send(ctx, int64(m.MaxRows))
		return err
	})
	if suspended {
		c.wire.Send(&pgproto3.PortalSuspended{})
	}
	return p.statement.whole, err
}

// close forgets a statement or a portal; that there is none is no error.
func (c *connection) close(m *pgproto3.Close) {
	if m.ObjectType == 'P' {
		c.closePortal(m.Name)
	} else {
		delete(c.statements, m.Name)
	}
	c.wire.Send(&pgproto3.CloseComplete{})
}

// sync ends a series of messages. Outside of a transaction their portals end with it.
func (c *connection) sync() error {
	c.skipping = false
	if c.status == idle {
		c.closePortals(func(p *portal) bool { return !p.held })
	}
	return c.ready()
}

func (c *connection) closePortal(name string) {
	if p := c.portals[name]; p != nil {
		p.close()
		delete(c.portals, name)
	}
}

// closePortals closes those that ends says.
func (c *connection) closePortals(ends func(*portal) bool) {
	for name, p := range c.portals {
		if ends(p) {
			c.closePortal(name)
		}
	}
}
