package pgwire

import (
	"context"
	"fmt"
	"slices"
	"strconv"
)

// Cursors are portals by SQL: psql's FETCH_COUNT and psycopg's named cursors read large results so.
//
//	DECLARE c CURSOR FOR SELECT …  ─►  portal c ─ FETCH 100 FROM c ─► 100 rows ─ FETCH 100 FROM c ─► … ─ CLOSE c

// declareCommand is DECLARE name … CURSOR [WITH | WITHOUT HOLD] FOR statement.
func declareCommand(c *connection, s *statement) (*command, error) {
	words := s.words(0)
	from := slices.Index(words, "FOR")
	if from < 3 || !slices.Contains(words[:from], "CURSOR") || from+1 == len(words) {
		return nil, s.syntax(1, "a cursor is declared by DECLARE name CURSOR FOR SELECT …")
	}
	if slices.Contains(words[:from], "SCROLL") && !slices.Contains(words[:from], "NO") {
		return nil, newFault(stateNotSupported, "cursors only go forward here: leave SCROLL out")
	}
	name, at := s.tokens[1].name(), s.tokens[from+1].at
	inner, err := c.compile(part{s.rest(from + 1), at}, nil)
	if err != nil {
		return nil, err
	}
	if inner.command != nil || inner.copying != nil || inner.maxParameter > 0 {
		return nil, s.syntax(from+1, "a cursor is for a SELECT without parameters")
	}
	held := slices.Contains(words[:from], "HOLD") && !slices.Contains(words[:from], "WITHOUT")
	return &command{tag: "DECLARE CURSOR", run: func(p *portal) error { return p.connection.declare(name, inner, held) }}, nil
}

func (c *connection) declare(name string, s *statement, held bool) error {
	if c.portals[name] != nil {
		return newFault(stateCursorTwice, fmt.Sprintf("cursor %q exists already", name))
	}
	if c.status == idle && !held {
		return newFault("25P01", "a cursor lives as long as its transaction: BEGIN one, or declare it WITH HOLD")
	}
	if len(c.portals) >= maxPortals {
		return newFault(stateTooMuch, fmt.Sprintf("there are %d cursors on this connection: close some", maxPortals))
	}
	cursor := &portal{name: name, statement: s, connection: c, held: held}
	cursor.ctx, cursor.cancel = context.WithCancelCause(c.ctx)
	c.running(cursor.cancel)
	if err := cursor.open(cursor.ctx); err != nil {
		defer cursor.close()
		return s.place(faultOf(cursor.ctx, err))
	}
	c.portals[name] = cursor
	return nil
}

// fetched is the cursor that the statement fetches from; empty if it is no FETCH.
func (s *statement) fetched() string {
	if s.key != "FETCH" || s.command == nil {
		return ""
	}
	return s.tokens[len(s.tokens)-1].name()
}

// fetchCommand is FETCH [[FORWARD] n | ALL | NEXT] [FROM | IN] name.
func fetchCommand(c *connection, s *statement) (*command, error) {
	if s.key == "MOVE" {
		return unsupportedCommand(c, s)
	}
	if len(s.tokens) < 2 {
		return nil, s.syntax(1, "FETCH wants the name of a cursor")
	}
	words := s.words(1)
	words = words[:len(words)-1]
	count := int64(1)
	for _, w := range words {
		n, err := strconv.ParseInt(w, 10, 64)
		switch {
		case w == "FROM", w == "IN", w == "NEXT", w == "FORWARD":
		case w == "ALL":
			count = 0
		case err == nil && n == 0:
			count = -1
		case err == nil && n > 0:
			count = n
		default:
			return nil, newFault("55000", "cursors only go forward here: FETCH n, FETCH FORWARD n, FETCH NEXT and FETCH ALL are supported")
		}
	}
	name := s.tokens[len(s.tokens)-1].name()
	if cursor := c.portals[name]; cursor != nil {
		s.columns = cursor.columns()
	}
	return &command{tag: "FETCH", count: count, run: func(p *portal) error {
		if p.source = c.portals[name]; p.source == nil {
			return newFault(stateCursor, fmt.Sprintf("there is no cursor %q", name))
		}
		return nil
	}}, nil
}

// closeCommand is CLOSE name | ALL.
func closeCommand(_ *connection, s *statement) (*command, error) {
	if len(s.tokens) != 2 {
		return nil, s.syntax(1, "CLOSE wants the name of a cursor, or ALL")
	}
	return &command{tag: "CLOSE CURSOR", run: func(p *portal) error {
		c, name := p.connection, s.tokens[1].name()
		switch {
		case s.tokens[1].is("ALL"):
			c.closePortals(func(other *portal) bool { return other != p })
		case c.portals[name] == nil:
			return newFault(stateCursor, fmt.Sprintf("there is no cursor %q", name))
		}
		c.closePortal(name)
		return nil
	}}, nil
}
