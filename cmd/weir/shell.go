package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/reeflective/readline"
)

// words are what the shell completes besides names.
var words = []string{
	"SELECT", "FROM", "WHERE", "GROUP BY", "ORDER BY", "LIMIT", "HAVING", "JOIN", "USING", "WITH", "AS", "COUNT(*)", "SUM(", "AVG(",
	"MIN(", "MAX(", "DESC", "DESCRIBE", "EXPLAIN", "SHOW QUERIES", "SHOW VIEWS", "SHOW SOURCES", "SHOW SINKS", "SHOW ALERTS", "SHOW MACROS", "ALTER MATERIALIZED VIEW", "PAUSE", "RESUME", "COMMENT ON COLUMN", "INTERVAL", "weir.dead_letters",
	"weir.late_rows", "weir.metrics", "weir.events",
}

const shellHelp = `Statements end with a semicolon.
  SHOW VIEWS;  SHOW QUERIES;  SHOW SOURCES;  SHOW SINKS;  SHOW ALERTS;  SHOW MACROS;  DESCRIBE name;  EXPLAIN view;  SELECT …;
  \q quits, \h shows this help`

// shell reads statements from the terminal and runs them.
func shell(ctx context.Context, c *client) error {
	sh := readline.NewShell()
	sh.Prompt.Primary(func() string { return "weir> " })
	sh.Prompt.Secondary(func() string { return "   -> " })
	sh.AcceptMultiline = func(line []rune) bool { return complete(string(line)) }
	if home, err := os.UserHomeDir(); err == nil {
		sh.History.AddFromFile("history", filepath.Join(home, ".weir_history"))
	}
	names := append(c.names(ctx), words...)
	sh.Completer = func(line []rune, cursor int) readline.Completions { return completions(names, line, cursor) }
	for {
		line, err := sh.Readline()
		if left := errors.Is(err, io.EOF) || errors.Is(err, readline.ErrInterrupt); left || err == nil && ctx.Err() != nil {
			return nil //nolint:nilerr // leaving is no error
		}
		if err != nil {
			return err
		}
		switch line = strings.TrimSpace(line); line {
		case "":
			continue
		case `\q`, "exit", "quit":
			return nil
		case `\h`, "help":
			fmt.Println(shellHelp)
			continue
		}
		if err := runAll(ctx, c, strings.NewReader(line)); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
}

// complete reports whether a line can be run: it ends with a semicolon, or is a command of the shell's own.
func complete(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || strings.HasSuffix(line, ";") || strings.HasPrefix(line, `\`) || line == "exit" || line == "quit" || line == "help"
}

func completions(names []string, line []rune, cursor int) readline.Completions {
	start := cursor
	for start > 0 && !strings.ContainsRune(" \t\n(,", line[start-1]) {
		start--
	}
	prefix := strings.ToLower(string(line[start:cursor]))
	var fit []string
	for _, n := range names {
		if strings.HasPrefix(strings.ToLower(n), prefix) {
			fit = append(fit, n)
		}
	}
	return readline.CompleteValues(fit...)
}
