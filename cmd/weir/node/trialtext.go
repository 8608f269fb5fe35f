package node

import (
	"errors"
	"strings"

	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/sql/parse"
)

// trialText is the statement that is tried for what a user gives: a SELECT, or a statement that creates a view. Shift is by how many bytes
// places in it are behind those in what was given.
func trialText(given string) (text string, shift int, err error) {
	statements, err := parse.Statements(given)
	head := "CREATE MATERIALIZED VIEW " + trialName + " "
	if err != nil && !beginsView(given) {
		return head + "AS " + given, len(head) + len("AS "), nil
	}
	if err != nil {
		return "", 0, mistakeOf(err)
	}
	if len(statements) == 1 {
		if s, ok := statements[0].(parse.CreateView); ok {
			return trialOf(given, s)
		}
	}
	return "", 0, &server.UserError{Code: "refused", Position: -1,
		Message: "a preview is of one SELECT, or of one CREATE MATERIALIZED VIEW; sources, sinks, macros and tables have to be there before"}
}

// beginsView reports whether a text begins as a statement of Weir's, so that it is no SELECT.
func beginsView(text string) bool {
	tokens, err := parse.Tokens(text)
	return err == nil && len(tokens) > 0 && (tokens[0].Is("CREATE") || tokens[0].Is("ALTER") || tokens[0].Is("DROP"))
}

// trialOf is a statement with the trial's name in place of its own. A backfill does not count: the newest events are read.
func trialOf(given string, s parse.CreateView) (text string, shift int, err error) {
	options := ""
	for name, v := range s.With {
		if name == "backfill" {
			continue
		}
		if options != "" {
			options += ", "
		}
		options += name + " = '" + strings.ReplaceAll(v.Text, "'", "''") + "'"
	}
	head := "CREATE MATERIALIZED VIEW " + trialName + " "
	if options != "" {
		head += "WITH (" + options + ") "
	}
	head += "AS "
	return head + s.Select.Of(given), len(head) - s.Select.Start, nil
}

// shifted is a mistake in the text that is tried, at its place in what was given.
func shifted(err error, text, given string, shift int) error {
	var placed *parse.Error
	if !errors.As(err, &placed) || placed.Text != text {
		return userMistake(mistake{err})
	}
	at := placed.Pos - shift
	if at < 0 || at > len(given) {
		at = -1
	}
	return &server.UserError{Code: "weir", Message: placed.Message, Position: at}
}
