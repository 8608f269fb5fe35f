package weir

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Verdict says whether a statement would run.
type Verdict struct {
	Valid   bool     `json:"valid"`
	Columns []Column `json:"columns,omitempty"`
	Error   *Mistake `json:"error,omitempty"`
	// Notice says that nothing was checked, because the Weir is older; empty otherwise.
	Notice string `json:"notice,omitempty"`
}

// Mistake is what is wrong with a statement, and where.
type Mistake struct {
	Message    string   `json:"message"`
	Position   *int     `json:"position,omitempty"` // characters from 0
	Line       int      `json:"line,omitempty"`     // from 1
	Column     int      `json:"column,omitempty"`   // from 1
	Candidates []string `json:"candidates,omitempty"`
}

// Validate has Weir look at a statement without running it.
func (c *Client) Validate(ctx context.Context, sql string) (*Verdict, error) {
	body, err := json.Marshal(map[string]string{"sql": sql})
	if err != nil {
		return nil, fmt.Errorf("weir: %w", err)
	}
	answer, err := c.do(ctx, request{method: http.MethodPost, path: "/v1/validate", accept: "application/json",
		contentType: "application/json", body: bytes.NewReader(body)})
	if Older(err) {
		return &Verdict{Valid: true, Notice: "not checked: this Weir has no /v1/validate; a newer Weir has it"}, nil
	}
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	v := &Verdict{}
	return v, c.decode(ctx, answer, v)
}
