package weir

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// MostRows is the greatest limit that Weir takes.
const MostRows = 1_000_000

// Query is a statement that reads.
type Query struct {
	SQL    string
	Limit  int // rows, from 1 to MostRows
	Caller Caller
}

// Take gets a result in batches.
type Take struct {
	// Schema is called once, before the batches.
	Schema func(*arrow.Schema)
	// Batch borrows its batch.
	Batch func(arrow.RecordBatch)
}

// Run runs a statement over one committed state, and reports whether its result was cut at the limit. When ctx ends, so does the query in
// Weir. Errors are a *Problem or a *Failure.
func (c *Client) Run(ctx context.Context, q Query, take Take) (cut bool, err error) {
	answer, err := c.post(ctx, q, "application/vnd.apache.arrow.stream")
	if err != nil {
		return false, err
	}
	defer answer.Body.Close()
	if err := readArrow(answer.Body, take); err != nil {
		return false, c.brokenOff(ctx, err)
	}
	if _, err := io.Copy(io.Discard, answer.Body); err != nil { // the trailer comes behind the last byte
		return false, c.brokenOff(ctx, err)
	}
	return answer.Trailer.Get("Weir-Truncated") == "true", nil
}

func readArrow(body io.Reader, take Take) error {
	in, err := ipc.NewReader(body)
	if err != nil {
		return err
	}
	defer in.Release()
	take.Schema(in.Schema())
	for in.Next() {
		take.Batch(in.RecordBatch())
	}
	if err := in.Err(); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

func (c *Client) brokenOff(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return c.failed(ctx, ctx.Err())
	}
	return &Failure{Kind: BrokenOff, Cause: fmt.Errorf("%s broke off its answer: %w", c.base, err),
		Advice: "Weir has stopped, or an expression failed on a later row: run the statement with weir sql, and look into Weir's log"}
}

func (c *Client) post(ctx context.Context, q Query, accept string) (*http.Response, error) {
	return c.do(ctx, request{method: http.MethodPost, path: fmt.Sprintf("/v1/sql?limit=%d", q.Limit), accept: accept,
		contentType: "text/plain; charset=utf-8", body: strings.NewReader(q.SQL), caller: q.Caller})
}

// Column is a column with its type in DuckDB's words.
type Column struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Unit    string `json:"unit,omitempty"`
	Comment string `json:"comment,omitempty"`
}

// Table is a result in JSON: values are written as in the changes of a view, so that a row is the same text in both.
type Table struct {
	Columns   []Column            `json:"columns"`
	Rows      [][]json.RawMessage `json:"rows"`
	Truncated bool                `json:"truncated"`
	Error     *Problem            `json:"error"`
}

// Table runs a statement, and reads its result whole.
func (c *Client) Table(ctx context.Context, q Query) (*Table, error) {
	answer, err := c.post(ctx, q, "application/json")
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var t Table
	if err := c.decode(ctx, answer, &t); err != nil {
		return nil, err
	}
	if t.Error != nil {
		return nil, t.Error
	}
	return &t, nil
}
