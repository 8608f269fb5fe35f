package pgwire

import (
	"context"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgproto3"
)

// query answers a Query message: each of its statements, up to the first that fails.
func (c *connection) query(text string) error {
	if err := c.queries(text); err != nil {
		if err := c.fail(text, err); err != nil {
			return err
		}
	}
	c.closePortals(func(p *portal) bool { return p.name == "" || c.status == idle && !p.held })
	return c.ready()
}

func (c *connection) queries(text string) error {
	if !utf8.ValidString(text) {
		return newFault(stateText, "the statement is not UTF-8")
	}
	parts := split(text)
	if len(parts) == 0 {
		c.wire.Send(&pgproto3.EmptyQueryResponse{})
		return nil
	}
	for _, p := range parts {
		if err := c.single(p); err != nil {
			return err
		}
	}
	return nil
}

// single runs one statement to its end.
func (c *connection) single(p part) error {
	s, err := c.compile(p, nil)
	if err != nil {
		return err
	}
	if s.maxParameter > 0 {
		return newFault(stateSyntax, "parameters come with the extended protocol: write the value")
	}
	run := &portal{statement: s, connection: c}
	defer run.close()
	return c.during(run, func(ctx context.Context) error {
		if err := run.open(ctx); err != nil {
			return err
		}
		if run.columns() != nil && s.copying == nil {
			c.wire.Send(rowDescription(run.columns(), nil))
		}
		_, err := run.send(ctx, 0)
		return err
	})
}
