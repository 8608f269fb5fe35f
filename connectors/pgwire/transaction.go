package pgwire

import (
	"slices"
)

// Transactions only read, so there is little to them: each statement sees the state of the last commit, as READ COMMITTED has it, and a block
// only remembers that a statement in it has failed. To hold one state over several statements would keep what has changed since from being
// cleared away, for as long as a client forgets to end its block.

// beginCommand is BEGIN and START TRANSACTION.
func beginCommand(_ *connection, s *statement) (*command, error) {
	if err := checkIsolation(s); err != nil {
		return nil, err
	}
	return &command{tag: map[string]string{"BEGIN": "BEGIN", "START": "START TRANSACTION"}[s.key], run: func(p *portal) error {
		if p.connection.status != idle {
			p.connection.notice("there is already a transaction in progress")
			return nil
		}
		p.connection.status = inBlock
		return nil
	}}, nil
}

func checkIsolation(s *statement) error {
	words := s.words(1)
	if slices.Contains(words, "SERIALIZABLE") || slices.Contains(words, "REPEATABLE") {
		return newFault(stateNotSupported, "each statement sees the last commit here: READ COMMITTED is the isolation level that there is; one statement sees one state")
	}
	return nil
}

// commitCommand is COMMIT and END.
func commitCommand(c *connection, s *statement) (*command, error) {
	if s.has("PREPARED") {
		return unsupportedCommand(c, s)
	}
	cmd := &command{tag: "COMMIT"}
	cmd.run = func(p *portal) error {
		if p.connection.status == failed {
			cmd.tag = "ROLLBACK"
		}
		p.connection.endBlock(p)
		return nil
	}
	return cmd, nil
}

// rollbackCommand is ROLLBACK and ABORT, and ROLLBACK TO a savepoint, which makes a block that has failed good.
func rollbackCommand(c *connection, s *statement) (*command, error) {
	words := s.words(1)
	to := slices.Contains(words, "TO")
	if slices.Contains(words, "PREPARED") {
		return unsupportedCommand(c, s)
	}
	return &command{tag: "ROLLBACK", run: func(p *portal) error {
		switch {
		case !to:
			p.connection.endBlock(p)
		case p.connection.status == idle:
			return newFault("25P01", "ROLLBACK TO SAVEPOINT works in a transaction only")
		default:
			p.connection.status = inBlock
		}
		return nil
	}}, nil
}

// savepointCommand is SAVEPOINT and RELEASE.
func savepointCommand(_ *connection, s *statement) (*command, error) {
	return &command{tag: s.key, run: func(p *portal) error {
		if p.connection.status == idle {
			return newFault("25P01", s.key+" works in a transaction only")
		}
		return nil
	}}, nil
}

// endsFailed reports whether the statement is one that a transaction takes when it has failed.
func (s *statement) endsFailed() bool {
	return s.command != nil && slices.Contains([]string{"COMMIT", "END", "ROLLBACK", "ABORT"}, s.key)
}

// endBlock ends a transaction, whose last portal is p.
func (c *connection) endBlock(p *portal) {
	if c.status == idle {
		c.notice("there is no transaction in progress")
	}
	c.status = idle
	for name, value := range c.local {
		c.settings.values[name] = value
	}
	c.local = nil
	c.closePortals(func(other *portal) bool { return other != p && !other.held })
}
