package main

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
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/sql/parse"
)

// resultFormats are the values of weir sql --format.
var resultFormats = []string{"table", "csv", "json", "arrow"}

// accept is what the API is asked for by format, where its answer is printed as it comes.
var accept = map[string]string{"arrow": arrowStream, "json": "application/json", "csv": "text/csv"}

const arrowStream = "application/vnd.apache.arrow.stream"

// client asks a Weir over HTTP.
type client struct {
	from   *remote
	format string
	limit  int
	to     io.Writer
}

// run runs a statement and prints its result.
func (c *client) run(ctx context.Context, statement string) error {
	if c.format == "table" {
		return c.print(ctx, statement)
	}
	response, err := c.post(ctx, statement, accept[c.format])
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(c.to, response.Body)
	return err
}

func (c *client) print(ctx context.Context, statement string) error {
	r, err := c.ask(ctx, statement)
	if err != nil {
		return err
	}
	printTable(c.to, r.columns, r.rows)
	if r.truncated {
		fmt.Fprintf(c.to, "there are more than %d rows: see --limit\n", len(r.rows))
	}
	return nil
}

// reply is a result as texts.
type reply struct {
	columns   []string
	rows      [][]string
	truncated bool
}

// ask runs a statement and reads its result to the end.
func (c *client) ask(ctx context.Context, statement string) (*reply, error) {
	response, err := c.post(ctx, statement, arrowStream)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	batches, err := ipc.NewReader(response.Body)
	if err != nil {
		return nil, fmt.Errorf("read result: %w", err)
	}
	defer batches.Release()
	r := &reply{}
	for _, f := range batches.Schema().Fields() {
		r.columns = append(r.columns, f.Name)
	}
	for batches.Next() {
		r.add(batches.RecordBatch())
	}
	if _, rest := io.Copy(io.Discard, response.Body); batches.Err() != nil || rest != nil { // the trailer comes behind the body
		return nil, fmt.Errorf("read result: %w", errors.Join(batches.Err(), rest))
	}
	r.truncated = response.Trailer.Get("Weir-Truncated") == "true"
	return r, nil
}

// add adds the rows of a batch.
func (r *reply) add(batch arrow.RecordBatch) {
	first := len(r.rows)
	r.rows = append(r.rows, make([][]string, batch.NumRows())...)
	for _, column := range batch.Columns() {
		write := server.TextCell(column)
		for i := range column.Len() {
			r.rows[first+i] = append(r.rows[first+i], string(write(nil, i)))
		}
	}
}

// post sends a statement. An error of the server's is shown with its place in the statement.
func (c *client) post(ctx context.Context, statement, accept string) (*http.Response, error) {
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
		return response, nil
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
	r, err := c.ask(ctx, "SELECT DISTINCT unnest([table_name, column_name]) AS name FROM duckdb_columns() WHERE NOT internal ORDER BY name")
	if err != nil {
		return nil
	}
	var out []string
	for _, row := range r.rows {
		out = append(out, row[0])
	}
	return out
}
