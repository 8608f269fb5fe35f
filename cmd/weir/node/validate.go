package node

import (
	"context"
	"errors"

	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine/preview"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/parse"
)

// Validate implements server.Backend: statements of Weir's are previewed, all else is for DuckDB to plan.
func (n *Node) Validate(ctx context.Context, text string) ([]types.Field, error) {
	statements, err := parse.Statements(text)
	switch {
	case err != nil && beginsOurs(text):
		return nil, mistakeOf(err)
	case err != nil || len(statements) == 0 || len(statements) == 1 && asks(statements[0]):
		fields, _, err := n.Describe(ctx, text)
		return fields, err
	}
	_, err = n.previewAside(ctx, []preview.Script{{Name: "text", Text: text}})
	return nil, placedMistake(err, text)
}

// beginsOurs reports whether a text that cannot be parsed as statements of Weir's begins as one: as one that DuckDB's queries never begin as.
func beginsOurs(text string) bool {
	tokens, err := parse.Tokens(text)
	if err != nil || len(tokens) == 0 {
		return false
	}
	for _, word := range []string{"CREATE", "DROP", "ALTER", "INSERT", "UPDATE", "DELETE", "TRUNCATE"} {
		if tokens[0].Is(word) {
			return true
		}
	}
	return false
}

// asks reports whether a statement only asks: its answer has columns.
func asks(s parse.Statement) bool {
	switch s.(type) {
	case parse.Show, parse.Describe, parse.Explain:
		return true
	}
	return false
}

// placedMistake is a mistake in a text as the API tells it, with its place. One in a definition that the text would break says where by itself.
func placedMistake(err error, text string) error {
	var m mistake
	var placed *parse.Error
	if errors.As(err, &m) && errors.As(m.error, &placed) && placed.Text == text {
		return &server.UserError{Code: "weir", Message: placed.Message, Position: placed.Pos}
	}
	return userMistake(err)
}
