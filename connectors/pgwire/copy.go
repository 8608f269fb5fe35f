package pgwire

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"
)

// copying says how COPY … TO STDOUT writes its lines.
type copying struct {
	csv    bool
	header bool
	comma  byte
}

// copyOut reads COPY (SELECT …) | view [(columns)] TO STDOUT [options]. The statement's SQL becomes the SELECT.
func (s *statement) copyOut() error {
	to := s.outside("TO")
	if s.outside("FROM") > 0 && to < 0 {
		return readOnly("COPY FROM")
	}
	if to < 2 || to+1 >= len(s.tokens) || !s.tokens[to+1].is("STDOUT") {
		return s.syntax(to+1, "COPY works as COPY (SELECT …) TO STDOUT, or COPY view TO STDOUT: files of the server are out of reach")
	}
	s.copying = &copying{comma: '\t'}
	if err := s.copying.read(s, to+2); err != nil {
		return err
	}
	s.copied(to)
	return nil
}

// copied makes what is between COPY and token to the SELECT.
func (s *statement) copied(to int) {
	first, last := s.tokens[1], s.tokens[to-1]
	s.sql = s.whole[first.at : last.at+len(last.text)]
	switch {
	case first.is("("): // (SELECT …)
		s.sql = s.sql[1 : len(s.sql)-1]
		s.at += first.at + 1
	case last.is(")"): // view (columns)
		open := strings.IndexByte(s.sql, '(')
		s.sql = "SELECT " + s.sql[open+1:len(s.sql)-1] + " FROM " + s.sql[:open]
		s.turned = true
	default: // view
		s.sql = "FROM " + s.sql
		s.at += first.at - len("FROM ")
	}
}

// outside finds a key word outside of brackets; -1 if there is none.
func (s *statement) outside(key string) int {
	depth := 0
	for i, t := range s.tokens {
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case depth == 0 && t.is(key):
			return i
		}
	}
	return -1
}

// read reads the options behind STDOUT: [WITH] (FORMAT csv, HEADER, DELIMITER ';'), or [WITH] CSV HEADER as in old times.
func (c *copying) read(s *statement, from int) error {
	for n := from; n < len(s.tokens); n++ {
		switch t := s.tokens[n]; {
		case t.is("WITH"), t.is("("), t.is(")"), t.is(","), t.is("FORMAT"), t.is("TEXT"), t.is("true"), t.is("on"):
		case t.is("CSV"):
			c.csv, c.comma = true, ','
		case t.is("HEADER"):
			c.header = true
		case t.is("DELIMITER") && n+1 < len(s.tokens) && len(s.tokens[n+1].name()) == 1:
			c.comma = s.tokens[n+1].name()[0]
			n++
		default:
			return s.syntax(n, fmt.Sprintf("COPY option %s: FORMAT text, FORMAT csv, HEADER and DELIMITER are supported", t.text))
		}
	}
	return nil
}

// copyRows sends the result as lines.
func (p *portal) copyRows(ctx context.Context) error {
	p.connection.wire.Send(&pgproto3.CopyOutResponse{ColumnFormatCodes: make([]uint16, len(p.result.Columns))})
	if p.statement.copying.header {
		if err := p.connection.write(p.statement.copying.headerLine(p)); err != nil {
			return err
		}
	}
	for {
		more, err := p.fill(ctx)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if err := p.copyPart(ctx); err != nil {
			return err
		}
	}
	p.connection.wire.Send(&pgproto3.CopyDone{})
	p.complete(p.sent)
	return nil
}

// copyPart sends what is left of the batch.
func (p *portal) copyPart(ctx context.Context) error {
	most := int64(p.connection.server.options.MaxRows)
	for ; p.at < int(p.batch.NumRows()); p.at++ {
		if p.sent++; most > 0 && p.sent > most {
			return p.tooMany()
		}
		p.buf = p.statement.copying.line(p.buf, len(p.wires), func(field []byte, i int) ([]byte, bool) {
			return p.writer.field(field, i, p.at)
		})
		if len(p.buf) >= sendAt {
			if err := p.flush(ctx); err != nil {
				return err
			}
		}
	}
	return p.flush(ctx)
}

func (c *copying) headerLine(p *portal) []byte {
	return c.line(nil, len(p.result.Columns), func(field []byte, i int) ([]byte, bool) {
		return append(field, p.result.Columns[i].Name...), true
	})
}

// line appends a CopyData message with the fields of a row. Field appends one, and reports whether it is not NULL.
func (c *copying) line(buf []byte, fields int, field func(buf []byte, i int) ([]byte, bool)) []byte {
	start := len(buf) + 1
	buf = append(buf, 'd', 0, 0, 0, 0)
	for i := range fields {
		if i > 0 {
			buf = append(buf, c.comma)
		}
		at := len(buf)
		var valid bool
		if buf, valid = field(buf, i); !valid {
			if !c.csv {
				buf = append(buf, `\N`...)
			}
			continue
		}
		buf = c.escape(buf, at)
	}
	buf = append(buf, '\n')
	binary.BigEndian.PutUint32(buf[start:], uint32(len(buf)-start))
	return buf
}

// escape escapes the field that begins at a place.
func (c *copying) escape(buf []byte, at int) []byte {
	field := buf[at:]
	if c.csv {
		if len(field) > 0 && !bytes.ContainsAny(field, "\"\r\n"+string(rune(c.comma))) && string(field) != `\.` {
			return buf
		}
		doubled := bytes.ReplaceAll(field, []byte(`"`), []byte(`""`))
		return append(append(append(buf[:at], '"'), doubled...), '"')
	}
	if !bytes.ContainsAny(field, "\\\b\f\n\r\t\v"+string(rune(c.comma))) {
		return buf
	}
	plain := bytes.Clone(field)
	buf = buf[:at]
	for _, b := range plain {
		if i := strings.IndexByte("\b\f\n\r\t\v", b); i >= 0 {
			buf = append(buf, '\\', "bfnrtv"[i])
			continue
		}
		if b == '\\' || b == c.comma {
			buf = append(buf, '\\')
		}
		buf = append(buf, b)
	}
	return buf
}
