package weir

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// FromNow asks for the changes of commits to come.
const FromNow = -1

// Row is a row that came (weight 1) or went (-1).
type Row struct {
	Weight int
	Values []json.RawMessage // by column
}

// Commit is what one epoch has changed in a view.
type Commit struct {
	Epoch int64
	Rows  []Row
	Gap   bool // changes before it were missed
}

// Changes is a view's changes, as they commit. One goroutine reads them.
type Changes struct {
	Columns []Column // of the view
	client  *Client
	ctx     context.Context
	stop    context.CancelFunc
	quiet   *time.Timer // ends the connection unless it is set anew
	body    io.ReadCloser
	in      *bufio.Reader
}

// quietest is how long a connection may say nothing before it counts as dead: Weir has a sign of life every 15 s.
const quietest = 50 * time.Second

// Changes follows a view. From is the last epoch whose changes the caller has, or FromNow; changes that Weir does not keep any more are a
// *Problem with status 410. When it returns, Weir has begun to follow: what is committed from now on comes. The caller closes it; so does
// the end of ctx.
//
//	event: schema    data: {"columns": […]}                           once
//	event: changes   data: {"epoch": 7, "gap": false, "rows": […]}    one or more an epoch
//	event: progress  data: {"epoch": 7}                               all of epoch 7 has come: only now it counts
//	event: end                                                        the view is dropped, or the engine stops
func (c *Client) Changes(ctx context.Context, view string, from int64) (*Changes, error) {
	path := "/v1/views/" + url.PathEscape(view) + "/changes?progress=true"
	if from != FromNow {
		path += fmt.Sprintf("&from_epoch=%d", from)
	}
	ctx, stop := context.WithCancel(ctx)
	quiet := time.AfterFunc(quietest, stop)
	answer, err := c.do(ctx, request{method: http.MethodGet, path: path, accept: "text/event-stream"}) //nolint:bodyclose // Close does
	if err != nil {
		quiet.Stop()
		stop()
		return nil, err
	}
	ch := &Changes{client: c, ctx: ctx, stop: stop, quiet: quiet, body: answer.Body, in: bufio.NewReaderSize(answer.Body, 64<<10)}
	if err := ch.readSchema(); err != nil {
		ch.Close()
		return nil, err
	}
	return ch, nil
}

// Close ends the following.
func (c *Changes) Close() {
	c.quiet.Stop()
	c.stop()
	c.body.Close()
}

func (c *Changes) readSchema() error {
	kind, text, err := c.event()
	if err != nil {
		return c.client.brokenOff(c.ctx, err)
	}
	if kind != "schema" {
		return &Failure{Kind: NotWeir, Cause: fmt.Errorf("changes begin with %q", kind), Advice: "is this Weir older or newer than the data source?"}
	}
	var body struct {
		Columns []Column `json:"columns"`
	}
	if err := json.Unmarshal(text, &body); err != nil {
		return fmt.Errorf("weir: read the columns of changes: %w", err)
	}
	c.Columns = body.Columns
	return nil
}

// Next waits for the next epoch that is whole. What came of one that is not, when the connection ends, is forgotten: it comes again after
// from. io.EOF says that the view was dropped or the engine stops.
func (c *Changes) Next() (Commit, error) {
	var commit Commit
	for {
		kind, text, err := c.event()
		if err != nil {
			return Commit{}, c.client.brokenOff(c.ctx, err)
		}
		switch kind {
		case "changes":
			if err := commit.add(text); err != nil {
				return Commit{}, err
			}
		case "progress":
			return commit, commit.finish(text)
		case "end":
			return Commit{}, io.EOF
		}
	}
}

// change is a part of an epoch as it is sent.
type change struct {
	Epoch int64               `json:"epoch"`
	Gap   bool                `json:"gap"`
	Rows  [][]json.RawMessage `json:"rows"` // weight, values
}

func (c *Commit) add(text []byte) error {
	var part change
	if err := json.Unmarshal(text, &part); err != nil {
		return fmt.Errorf("weir: read changes: %w", err)
	}
	c.Gap = c.Gap || part.Gap
	for _, r := range part.Rows {
		row := Row{Weight: 1, Values: r[1:]}
		if bytes.HasPrefix(r[0], []byte("-")) {
			row.Weight = -1
		}
		c.Rows = append(c.Rows, row)
	}
	return nil
}

func (c *Commit) finish(text []byte) error {
	var part change
	if err := json.Unmarshal(text, &part); err != nil {
		return fmt.Errorf("weir: read progress: %w", err)
	}
	c.Epoch = part.Epoch
	return nil
}

// longestEvent bounds one event: Weir cuts an epoch into events of 10 000 rows.
const longestEvent = 256 << 20

// event reads one Server-Sent Event. Comments, which say that the connection lives, are passed over.
func (c *Changes) event() (kind string, text []byte, err error) {
	for {
		line, err := c.line()
		if err != nil {
			return "", nil, err
		}
		switch {
		case len(line) == 0 && kind != "":
			return kind, text, nil
		case bytes.HasPrefix(line, []byte("event: ")):
			kind = string(line[len("event: "):])
		case bytes.HasPrefix(line, []byte("data: ")):
			text = bytes.Clone(line[len("data: "):])
		}
	}
}

func (c *Changes) line() ([]byte, error) {
	line, err := c.in.ReadSlice('\n')
	c.quiet.Reset(quietest)
	if !errors.Is(err, bufio.ErrBufferFull) {
		return bytes.TrimRight(line, "\r\n"), err
	}
	long := bytes.Clone(line)
	for errors.Is(err, bufio.ErrBufferFull) {
		if len(long) > longestEvent {
			return nil, fmt.Errorf("an event of changes is longer than %d bytes", longestEvent)
		}
		line, err = c.in.ReadSlice('\n')
		long = append(long, line...)
	}
	return bytes.TrimRight(long, "\r\n"), err
}
