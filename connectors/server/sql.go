package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
)

// resultWriter sends one result in one format.
type resultWriter interface {
	// begin writes what comes before the rows.
	begin(r *Result) error
	// rows writes a batch, which it borrows.
	rows(batch arrow.RecordBatch) error
	// end writes what comes after them. Where failed is set, the reading broke off there.
	end(truncated bool, failed *problem) error
}

// resultFormat is a format that a client may ask for.
type resultFormat struct {
	mediaType string
	header    string // Content-Type
	new       func(w io.Writer) resultWriter
}

// resultFormats are the formats there are, the default first.
var resultFormats = []resultFormat{
	{"application/json", "application/json", newJSONWriter},
	{"application/vnd.apache.arrow.stream", "application/vnd.apache.arrow.stream", newArrowWriter},
	{"text/csv", "text/csv; charset=utf-8", newCSVWriter},
	{"application/vnd.apache.parquet", "application/vnd.apache.parquet", newParquetWriter},
}

// serveSQL runs a statement and sends its rows.
func (a *api) serveSQL(w http.ResponseWriter, r *http.Request) {
	format, limit, statement, bad := a.readRequest(w, r)
	if bad != nil {
		writeProblem(w, bad)
		return
	}
	ctx := r.Context()
	if a.options.QueryTimeout > 0 {
		limited, stop := context.WithTimeout(ctx, a.options.QueryTimeout)
		defer stop()
		ctx = limited
	}
	// One row more than the client wants tells whether there are more.
	result, err := a.backend.Query(ctx, statement, Limits{MaxRows: limit + 1})
	if err != nil {
		writeProblem(w, problemOf(causeOf(ctx, err), statement))
		return
	}
	defer result.Close()
	a.sendResult(ctx, newReply(w, format), format, result, limit, statement)
}

// causeOf is what ended a query: where its time was up or its client left, the database only says that it was interrupted.
func causeOf(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func (a *api) sendResult(ctx context.Context, reply *reply, format *resultFormat, result *Result, limit int, statement string) {
	out := format.new(reply)
	if err := out.begin(result); err != nil {
		reply.refuse(problemOf(err, statement)) // which nobody reads if the client has left
		return
	}
	truncated, err := copyRows(out, result, limit)
	var failed *problem
	if err != nil {
		failed = problemOf(causeOf(ctx, err), statement)
		if reply.refuse(failed) {
			return
		}
	}
	if out.end(truncated, failed) != nil {
		return
	}
	reply.finish(truncated)
}

// errClient marks an error of sending, which nobody is left to hear of.
var errClient = errors.New("server: send result")

// copyRows sends at most limit rows and reports whether there were more.
func copyRows(out resultWriter, result *Result, limit int) (truncated bool, err error) {
	for left := limit; result.Reader.Next(); {
		batch := result.Reader.RecordBatch()
		n := int(batch.NumRows())
		if n > left {
			cut := batch.NewSlice(0, int64(left))
			defer cut.Release()
			batch, truncated = cut, true
		}
		if err := out.rows(batch); err != nil {
			return false, fmt.Errorf("%w: %w", errClient, err)
		}
		if truncated {
			return true, nil
		}
		left -= n
	}
	return false, result.Reader.Err()
}

// readRequest finds out what is asked. Its problem is nil if all is well.
func (a *api) readRequest(w http.ResponseWriter, r *http.Request) (f *resultFormat, limit int, statement string, bad *problem) {
	if f, bad = formatOf(r.Header.Get("Accept")); bad != nil {
		return nil, 0, "", bad
	}
	if limit, bad = a.limitOf(r.URL.Query().Get("limit")); bad != nil {
		return nil, 0, "", bad
	}
	statement, bad = a.statementOf(w, r)
	return f, limit, statement, bad
}

// formatOf picks the first format of an Accept header that there is.
func formatOf(accept string) (*resultFormat, *problem) {
	if accept == "" {
		return &resultFormats[0], nil
	}
	for part := range strings.SplitSeq(accept, ",") {
		name, _, _ := mime.ParseMediaType(part)
		if name == "*/*" || name == "application/*" {
			return &resultFormats[0], nil
		}
		for i := range resultFormats {
			if resultFormats[i].mediaType == name {
				return &resultFormats[i], nil
			}
		}
	}
	names := make([]string, len(resultFormats))
	for i := range resultFormats {
		names[i] = resultFormats[i].mediaType
	}
	return nil, &problem{status: http.StatusNotAcceptable, Code: "format", Message: "no such result format: " + accept, Names: names}
}

func (a *api) limitOf(text string) (int, *problem) {
	if text == "" {
		return a.options.DefaultRows, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > a.options.MaxRows {
		return 0, &problem{status: http.StatusBadRequest, Code: "limit",
			Message: fmt.Sprintf("limit %q: must be a number of rows from 1 to %d", text, a.options.MaxRows)}
	}
	return n, nil
}

// statementOf reads the statement: the field sql of a JSON body, or all of any other.
func (a *api) statementOf(w http.ResponseWriter, r *http.Request) (string, *problem) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, a.options.MaxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return "", &problem{status: http.StatusRequestEntityTooLarge, Code: "body",
			Message: fmt.Sprintf("the statement is longer than %d bytes", tooLarge.Limit)}
	}
	statement := string(body)
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil && media == "application/json" {
		statement, err = statementOfJSON(body)
	}
	if err != nil || !utf8.ValidString(statement) {
		return "", &problem{status: http.StatusBadRequest, Code: "body",
			Message: fmt.Sprintf(`the body must be SQL text in UTF-8, or {"sql": "…"} as application/json: %v`, err)}
	}
	if strings.TrimSpace(statement) == "" {
		return "", &problem{status: http.StatusBadRequest, Code: "body", Message: "the statement is empty"}
	}
	return statement, nil
}

func statementOfJSON(body []byte) (string, error) {
	var request struct {
		SQL string `json:"sql"`
	}
	err := json.Unmarshal(body, &request)
	return request.SQL, err
}
