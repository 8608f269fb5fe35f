package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"

	"github.com/spf13/cobra"
)

// subscribeFlags are the flags of weir subscribe.
type subscribeFlags struct {
	from      remote
	format    string
	snapshot  bool
	progress  bool
	fromEpoch int64
}

func subscribeCommand() *cobra.Command {
	f := &subscribeFlags{}
	c := &cobra.Command{
		Use:   "subscribe [flags] VIEW",
		Short: "Print a view's changes as they commit",
		Long: `Print a view's changes as they commit, until Ctrl-C: rows with the epoch that changed them and a weight, 1 for a row that came and -1
for one that went.

With --snapshot the view's table comes first, and again if changes were missed: a gap then says that what was printed before is void.
With --from-epoch the changes after that epoch come; where they are not kept any more, give --snapshot too.`,
		Example: "  weir subscribe revenue\n  weir subscribe --snapshot --format csv revenue\n  weir subscribe --from-epoch 120 --progress revenue",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return f.run(c.Context(), args[0], os.Stdout, os.Stderr)
		},
	}
	fs := c.Flags()
	f.from.add(fs)
	fs.StringVar(&f.format, "format", "ndjson", "how changes are printed: "+changeFormats)
	fs.BoolVar(&f.snapshot, "snapshot", false, "begin with the table as it is")
	fs.BoolVar(&f.progress, "progress", false, "print a line for each epoch whose changes are complete (ndjson)")
	fs.Int64Var(&f.fromEpoch, "from-epoch", -1, "begin after this epoch")
	return c
}

func (f *subscribeFlags) run(ctx context.Context, view string, to, notes io.Writer) error {
	path := "/v1/views/" + url.PathEscape(view)
	var about struct{ Columns []struct{ Name string } }
	body, err := getFrom(ctx, &f.from, path)
	if err != nil {
		return err
	}
	err = json.NewDecoder(body).Decode(&about)
	body.Close()
	if err != nil {
		return fmt.Errorf("read columns of %s: %w", view, err)
	}
	columns := make([]string, len(about.Columns))
	for i, x := range about.Columns {
		columns[i] = x.Name
	}
	out, err := newChangePrinter(f.format, columns, f.progress, bufio.NewWriter(to), notes)
	if err != nil {
		return err
	}
	stream, err := getFrom(ctx, &f.from, path+"/changes?"+f.query())
	if err != nil {
		return err
	}
	defer stream.Close()
	last, err := printChanges(stream, out)
	if ctx.Err() != nil {
		return nil // Ctrl-C is how it ends
	}
	if errors.Is(err, io.EOF) {
		err = errors.New("the view was dropped, or Weir has stopped")
	}
	return fmt.Errorf("the changes of %s end after epoch %d: %w; --from-epoch %d goes on there", view, last, err, last)
}

// query asks for progress in any case: it tells which epoch was printed whole.
func (f *subscribeFlags) query() string {
	q := url.Values{"progress": {"true"}}
	if f.snapshot {
		q.Set("snapshot", "true")
	}
	if f.fromEpoch >= 0 {
		q.Set("from_epoch", fmt.Sprint(f.fromEpoch))
	}
	return q.Encode()
}

// getFrom fetches from a running Weir. An error of the server's is told in its words.
func getFrom(ctx context.Context, from *remote, path string) (io.ReadCloser, error) {
	request, err := from.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	response, err := from.do(request)
	if err != nil {
		return nil, fmt.Errorf("%w; is a `weir run` listening there?", err)
	}
	if response.StatusCode == http.StatusOK {
		return response.Body, nil
	}
	defer response.Body.Close()
	return nil, problem(response, "")
}

// change is a line of a view's changes.
type change struct {
	Epoch    int64                      `json:"epoch"`
	Weight   int                        `json:"weight"`
	Row      map[string]json.RawMessage `json:"row"`
	Gap      bool                       `json:"gap"`
	Progress bool                       `json:"progress"`
}

// printChanges prints until the stream ends, and returns the last epoch that was printed whole.
func printChanges(from io.Reader, out changePrinter) (last int64, err error) {
	r := bufio.NewReaderSize(from, 64<<10)
	for {
		line, err := r.ReadBytes('\n')
		if err != nil {
			return last, errors.Join(err, out.flush())
		}
		var c change
		if err := json.Unmarshal(line, &c); err != nil {
			return last, fmt.Errorf("read a change: %w", err)
		}
		if err := out.print(line, &c); err != nil {
			return last, err
		}
		if c.Progress {
			last = c.Epoch
		}
		if c.Progress || r.Buffered() == 0 {
			if err := out.flush(); err != nil {
				return last, err
			}
		}
	}
}
