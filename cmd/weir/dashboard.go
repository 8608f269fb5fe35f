package main

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/connectors"
	"github.com/weirdb/weir/dashboards/boards"
	"github.com/weirdb/weir/dashboards/generate"
	"github.com/weirdb/weir/dashboards/panel"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/sql/catalog"
	"github.com/weirdb/weir/sql/parse"
)

// dashboardFlags are the flags of weir dashboard.
type dashboardFlags struct {
	from      remote // for views
	out       string
	boards    string
	title     string
	overwrite bool
	options   generate.Options
	grafana   generate.Grafana
	tokenFile string // of Grafana's token
}

// grafanaToken is the environment variable that has a token for Grafana.
const grafanaToken = "GRAFANA_TOKEN"

func dashboardCommand() *cobra.Command {
	f := &dashboardFlags{}
	c := &cobra.Command{
		Use:   "dashboard [flags] FILE.sql|VIEW...",
		Short: "Make Grafana dashboards of views",
		Long: `Make a Grafana dashboard of each file, with the views that it defines, or of each view of a running Weir.

A view's columns say how it is drawn: over time, with a series for each key; as a band, if it has value, lower, upper and is_anomaly; as
numbers, if it is one row; otherwise as a table. Its title, description, units and comments are shown (docs/sql.md). For files no Weir
need run.

Dashboards go to a folder (--out), as Grafana provisions them, or to a Grafana (--grafana). What has not changed stays as it is. What
somebody has edited since, or was made by somebody else, is left alone, which is an error, unless --overwrite is given.`,
		Example: "  weir dashboard --out dashboards shop.sql\n  GRAFANA_TOKEN=… weir dashboard --grafana http://127.0.0.1:3000 revenue\n  weir dashboard --boards provisioning",
		RunE: func(c *cobra.Command, args []string) error {
			return f.run(c.Context(), args, os.Stdout)
		},
	}
	fs := c.Flags()
	f.from.add(fs)
	fs.StringVar(&f.out, "out", "", "the folder that dashboards are written to (default the present one, unless --grafana is given)")
	fs.StringVar(&f.title, "title", "", "the dashboard's title (default the file's name, or the view's title)")
	fs.StringVar(&f.options.From, "from", "now-1h", "where the time range begins")
	fs.StringVar(&f.options.Refresh, "refresh", "10s", "how often panels ask again that are not live")
	fs.BoolVar(&f.overwrite, "overwrite", false, "replace what was edited, or was not made by weir dashboard")
	fs.StringVar(&f.grafana.URL, "grafana", "", "URL of a Grafana that dashboards are sent to; its token is in "+grafanaToken+", or in a file")
	fs.StringVar(&f.tokenFile, "grafana-token-file", "", "a file that has the token of a Grafana service account")
	fs.StringVar(&f.grafana.Folder, "folder", "", "UID of the Grafana folder that new dashboards are put in")
	fs.StringVar(&f.boards, "boards", "", "write the dashboards of Weir itself to this folder, and nothing else")
	c.MarkFlagsMutuallyExclusive("out", "grafana", "boards")
	return c
}

func (f *dashboardFlags) run(ctx context.Context, args []string, to io.Writer) error {
	if f.boards != "" {
		return f.writeBoards(to)
	}
	if len(args) == 0 {
		return errors.New("name a file of statements, or a view of a running Weir")
	}
	if f.title != "" && len(args) > 1 {
		return errors.New("--title is for one dashboard: give one file or view at a time")
	}
	if err := f.readToken(); err != nil {
		return err
	}
	made, err := f.subjects(ctx, args)
	if err != nil {
		return err
	}
	var errs []error
	for _, s := range made { // one that is left alone keeps no other back
		errs = append(errs, f.deliver(ctx, s, to))
	}
	return errors.Join(errs...)
}

func (f *dashboardFlags) readToken() error {
	f.grafana.Token = os.Getenv(grafanaToken)
	if f.tokenFile == "" {
		return nil
	}
	text, err := os.ReadFile(f.tokenFile)
	if err != nil {
		return fmt.Errorf("--grafana-token-file: %w", err)
	}
	f.grafana.Token = strings.TrimSpace(string(text))
	return nil
}

// subject is what one dashboard is about.
type subject struct {
	name, title string
	views       []generate.View
}

// subjects are the files and views that were named.
func (f *dashboardFlags) subjects(ctx context.Context, args []string) ([]subject, error) {
	var files, views []string
	for _, arg := range args {
		if strings.EqualFold(filepath.Ext(arg), ".sql") {
			files = append(files, arg)
		} else {
			views = append(views, arg)
		}
	}
	out, err := filesViews(files)
	if err != nil || len(views) == 0 {
		return out, err
	}
	running, err := f.runningViews(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range views {
		at := slices.IndexFunc(running, func(v generate.View) bool { return strings.EqualFold(v.Name, name) })
		if at < 0 {
			return nil, noSuchView(name, running)
		}
		out = append(out, subjectOf(running[at]))
	}
	return out, nil
}

func noSuchView(name string, running []generate.View) error {
	names := make([]string, len(running))
	for i, v := range running {
		names[i] = v.Name
	}
	return fmt.Errorf("there is no view %s; there are %s; a file's name ends in .sql", name, strings.Join(names, ", "))
}

// filesViews plans files, in order, and finds the views that each defines.
func filesViews(files []string) ([]subject, error) {
	if len(files) == 0 {
		return nil, nil
	}
	db, err := sql.Open("duckdb", "") // for the tables that the files make
	if err != nil {
		return nil, err
	}
	defer db.Close()
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	c, p, err := node.NewCatalog(connectors.All, node.SQLTables{Conn: conn, Database: "memory"})
	if err != nil {
		return nil, err
	}
	defer p.Close()
	var out []subject
	for _, file := range files {
		s, err := fileViews(c, file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		out = append(out, s)
	}
	return out, nil
}

func fileViews(c *catalog.Catalog, file string) (subject, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return subject{}, err
	}
	if _, err := c.Apply(string(text)); err != nil {
		return subject{}, err
	}
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	s := subject{name: name, title: name}
	for _, d := range c.Decisions() {
		if d.Kind != parse.View || d.Action == catalog.Altered || d.Action == catalog.Dropped {
			continue
		}
		if v := c.View(d.Name); v != nil { // or it is dropped further down
			s.views = append(s.views, generate.View{Name: v.Name, Emit: v.Emit, Columns: v.Columns, About: c.About(v)})
		}
	}
	if len(s.views) == 0 {
		return s, errors.New("it defines no view, so there is nothing to draw")
	}
	return s, nil
}

// runningViews asks a running Weir for its views.
func (f *dashboardFlags) runningViews(ctx context.Context) ([]generate.View, error) {
	body, err := getFrom(ctx, &f.from, "/v1/status")
	if err != nil {
		return nil, err
	}
	defer body.Close()
	var status engine.Status
	if err := json.NewDecoder(body).Decode(&status); err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	var out []generate.View
	for _, q := range status.Queries {
		if !q.Alert {
			out = append(out, generate.View{Name: q.View, Emit: q.Emit, Columns: q.Columns, About: q.About})
		}
	}
	return out, nil
}

// deliver makes one dashboard, and puts it where it is to go.
func (f *dashboardFlags) deliver(ctx context.Context, s subject, to io.Writer) error {
	board := boardOf(s, f.title, f.options)
	text, err := board.JSON()
	if err != nil {
		return err
	}
	var path string
	var done generate.Saved
	if f.grafana.URL != "" {
		path, done, err = f.grafana.Send(ctx, board.UID, text, f.overwrite)
	} else {
		path, done, err = generate.Save(cmp.Or(f.out, "."), board.UID, text, f.overwrite)
	}
	if err == nil {
		fmt.Fprintf(to, "%s %s: %s, %s\n", done, path, board.Title, countOf(len(s.views), "view"))
	}
	return err
}

// boardOf is a subject's dashboard, with the title that a user wants, if that is not empty.
func boardOf(s subject, title string, o generate.Options) panel.Board {
	return generate.Board(s.name, cmp.Or(title, s.title, s.views[0].Name), s.views, o)
}

func countOf(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// writeBoards writes Weir's own dashboards.
func (f *dashboardFlags) writeBoards(to io.Writer) error {
	written, err := boards.Write(f.boards)
	for _, path := range written {
		fmt.Fprintln(to, path)
	}
	return err
}
