package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/weirdb/weir/sql/parse"
)

// resultFormats are the values of weir sql --format.
var resultFormats = []string{"table", "csv", "json", "arrow"}

// accept is what the API is asked for, by format.
var accept = map[string]string{
	"table": "application/json", "json": "application/json", "csv": "text/csv", "arrow": "application/vnd.apache.arrow.stream",
}

// client asks a Weir over HTTP.
type client struct {
	from   *remote
	format string
	limit  int
	to     io.Writer
}

// reply is a result in JSON.
type reply struct {
	Columns []struct {
		Name string `json:"name"`
		Type string `json:"type"`
	} `json:"columns"`
	Rows      [][]json.RawMessage `json:"rows"`
	Truncated bool                `json:"truncated"`
}

// run runs a statement and prints its result.
func (c *client) run(ctx context.Context, statement string) error {
	body, err := c.post(ctx, statement, accept[c.format])
	if err != nil {
		return err
	}
	defer body.Close()
	if c.format != "table" {
		_, err := io.Copy(c.to, body)
		return err
	}
	var r reply
	if err := json.NewDecoder(body).Decode(&r); err != nil {
		return fmt.Errorf("read result: %w", err)
	}
	c.print(&r)
	return nil
}

func (c *client) print(r *reply) {
	columns := make([]string, len(r.Columns))
	for i, x := range r.Columns {
		columns[i] = x.Name
	}
	rows := make([][]string, len(r.Rows))
	for i, row := range r.Rows {
		for _, value := range row {
			rows[i] = append(rows[i], cell(value))
		}
	}
	printTable(c.to, columns, rows)
	if r.Truncated {
		fmt.Fprintf(c.to, "there are more than %d rows: see --limit\n", len(rows))
	}
}

// cell prints a JSON value as a person would write it.
func cell(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil && !bytes.Equal(value, []byte("null")) {
		return text
	}
	if bytes.Equal(value, []byte("null")) {
		return "NULL"
	}
	return string(value)
}

// post sends a statement. An error of the server's is shown with its place in the statement.
func (c *client) post(ctx context.Context, statement, accept string) (io.ReadCloser, error) {
	request, err := c.from.request(ctx, http.MethodPost, fmt.Sprintf("/v1/sql?limit=%d", c.limit), strings.NewReader(statement))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", accept)
	request.Header.Set("Content-Type", "text/plain")
	response, err := c.from.do(request)
	if err != nil {
		return nil, fmt.Errorf("%w; is a `weir run` listening there? A file is opened with --db", err)
	}
	if response.StatusCode == http.StatusOK {
		return response.Body, nil
	}
	defer response.Body.Close()
	return nil, problem(response, statement)
}

func problem(response *http.Response, statement string) error {
	var p struct {
		Error struct {
			Message  string   `json:"message"`
			Position *int     `json:"position"`
			Names    []string `json:"names"`
		} `json:"error"`
	}
	if err := json.NewDecoder(response.Body).Decode(&p); err != nil || p.Error.Message == "" {
		return fmt.Errorf("the server answered %s", response.Status)
	}
	if len(p.Error.Names) > 0 {
		return fmt.Errorf("%s; there are %s", p.Error.Message, strings.Join(p.Error.Names, ", "))
	}
	if p.Error.Position == nil {
		return fmt.Errorf("%s", p.Error.Message)
	}
	at := len(string([]rune(statement)[:min(*p.Error.Position, len([]rune(statement)))]))
	return parse.Errorf(statement, at, "%s", p.Error.Message)
}

// names asks for the names that a statement may use: views and their columns.
func (c *client) names(ctx context.Context) []string {
	body, err := c.post(ctx, "SELECT DISTINCT unnest([table_name, column_name]) AS name FROM duckdb_columns() WHERE NOT internal ORDER BY name", "application/json")
	if err != nil {
		return nil
	}
	defer body.Close()
	var r reply
	if json.NewDecoder(body).Decode(&r) != nil {
		return nil
	}
	var out []string
	for _, row := range r.Rows {
		out = append(out, cell(row[0]))
	}
	return out
}
