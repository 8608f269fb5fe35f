package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/weirdb/weir/connectors/server"
)

// exportFormats are the values of weir export --format.
var exportFormats = []string{"parquet", "duckdb", "csv"}

// exportFlags are the flags of weir export.
type exportFlags struct {
	from   remote
	db     string
	format string
	out    string
	wanted server.Export
}

func exportCommand() *cobra.Command {
	f := &exportFlags{}
	c := &cobra.Command{
		Use:   "export [flags] --out DIR_OR_FILE [VIEW...]",
		Short: "Write views to Parquet, CSV or DuckDB files, all of one commit",
		Long: `Write views to files: those that are named, all of them, or the result of a SELECT. Whatever is written is of one committed state, also of a
running Weir, which goes on meanwhile. A file gets its name when it is complete; one that has the name is replaced then.

--out is a folder, which gets a file for each view, or a file that ends in .parquet or .csv for one view. With --format duckdb it is a database file.`,
		Example: "  weir export --format parquet --out exports\n  weir export --format duckdb --out copy.duckdb\n  weir export --db weir.duckdb --format csv --out today.csv --sql \"FROM revenue WHERE window_start >= current_date\"",
		RunE: func(c *cobra.Command, views []string) error {
			f.wanted.Views = views
			return f.run(c.Context(), os.Stderr)
		},
	}
	fs := c.Flags()
	f.from.add(fs)
	fs.StringVar(&f.db, "db", "", "a database file that no Weir has open, instead of a running Weir")
	fs.StringVar(&f.format, "format", "parquet", "what is written: "+strings.Join(exportFormats, ", "))
	fs.StringVar(&f.out, "out", "", "the folder or the file to write")
	fs.StringVar(&f.wanted.SQL, "sql", "", "write the result of this SELECT instead of views")
	c.MarkFlagsMutuallyExclusive("server", "db")
	_ = c.MarkFlagRequired("out") // there is such a flag
	return c
}

func (f *exportFlags) check() error {
	switch {
	case !slices.Contains(exportFormats, f.format):
		return fmt.Errorf("--format %s: allowed are %s", f.format, strings.Join(exportFormats, ", "))
	case f.wanted.SQL != "" && len(f.wanted.Views) > 0:
		return errors.New("name views, or give --sql: not both")
	case f.oneFile() && f.format != "duckdb" && f.wanted.SQL == "" && len(f.wanted.Views) != 1:
		return fmt.Errorf("--out %s: a file has one view: name it, or give a folder", f.out)
	}
	return nil
}

// oneFile reports whether the output is a file, not a folder of files.
func (f *exportFlags) oneFile() bool {
	return f.format == "duckdb" || strings.HasSuffix(strings.ToLower(f.out), "."+f.format)
}

func (f *exportFlags) run(ctx context.Context, notes io.Writer) (err error) {
	if err := f.check(); err != nil {
		return err
	}
	if f.db != "" {
		from, stop, err := serveFile(ctx, f.db)
		if err != nil {
			return err
		}
		defer func() { _ = stop() }() // nothing was changed
		f.from = *from
	}
	body, err := json.Marshal(f.wanted)
	if err != nil {
		return err
	}
	request, err := f.from.request(ctx, http.MethodPost, "/v1/export", strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := f.from.do(request)
	if err != nil {
		return fmt.Errorf("%w; is a `weir run` listening there? A file is opened with --db", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return problem(response, f.wanted.SQL)
	}
	return f.write(ctx, response, notes)
}

// write writes what comes. Files get their names when all of them are complete.
func (f *exportFlags) write(ctx context.Context, response *http.Response, notes io.Writer) (err error) {
	_, parameters, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("read the export: %w", err)
	}
	files, err := newExportFiles(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, files.close()) }()
	parts := multipart.NewReader(response.Body, parameters["boundary"])
	for {
		var about exportPart
		if err := nextPart(parts, &about); err != nil {
			return err
		}
		if about.End {
			return files.finish(notes)
		}
		if about.Error != nil {
			return fmt.Errorf("the export broke off: %s", about.Error.Message)
		}
		rows, err := parts.NextPart()
		if err != nil {
			return fmt.Errorf("read the export: %w", err)
		}
		if failed := files.add(ctx, &about, rows); failed != nil {
			return reasonOf(parts, failed)
		}
	}
}

// exportPart is server.Exported as it is read.
type exportPart struct {
	Table   string
	Epoch   int64
	Columns []struct{ Name, Type string }
	End     bool
	Error   *struct{ Message string }
}

// nextPart reads a part in JSON.
func nextPart(parts *multipart.Reader, about *exportPart) error {
	part, err := parts.NextPart()
	if err == nil {
		err = json.NewDecoder(part).Decode(about)
	}
	if err != nil {
		return fmt.Errorf("the export ends too early: %w", err)
	}
	return nil
}

// reasonOf is why rows could not be read to their end: what the server says, if it says something.
func reasonOf(parts *multipart.Reader, failed error) error {
	var about exportPart
	if nextPart(parts, &about) == nil && about.Error != nil {
		return fmt.Errorf("the export broke off: %s", about.Error.Message)
	}
	return failed
}
