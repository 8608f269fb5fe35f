package slt

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/runtime"
)

// Way is one of the ways to run a file as a stream.
type Way struct {
	Name    string
	Workers func(r *rand.Rand) int
	Batch   int // records a poll, at most
	Rows    int // rows an epoch; 0 for the engine's default
	Kill    bool
}

// Ways are the four ways to stream; DuckDB's batch is the fifth.
var Ways = []Way{
	{Name: "stream", Workers: func(*rand.Rand) int { return 1 }, Batch: 7},
	{Name: "workers", Workers: func(r *rand.Rand) int { return 1 + r.IntN(4) }, Batch: 20},
	{Name: "killed", Workers: func(r *rand.Rand) int { return 1 + r.IntN(4) }, Batch: 5, Rows: 3, Kill: true},
	{Name: "smallest", Workers: func(r *rand.Rand) int { return 1 + r.IntN(2) }, Batch: 1, Rows: 1},
}

// stream runs a file in Weir.
type stream struct {
	file *File
	way  Way
	rand *rand.Rand
	feed *feed
	db   string
	node *node.Node
	dir  string

	commitsLeft int // before the run is killed
}

// RunStream runs a file in one of the ways to stream. Seed decides all that is random.
func RunStream(ctx context.Context, f *File, way Way, seed uint64, dir string) error {
	r := rand.New(rand.NewPCG(seed, seed))
	s := &stream{
		file: f, way: way, rand: r, dir: dir, db: filepath.Join(dir, "weir.duckdb"),
		feed: &feed{rand: r, batch: way.Batch, sources: map[string]map[string][]engine.Record{}, shuffled: map[turn]int{}},
	}
	if f.Ordered {
		s.feed.order = []turn{}
	}
	if err := s.open(ctx); err != nil {
		return err
	}
	err := s.blocks(ctx)
	return errors.Join(err, s.node.Close())
}

func (s *stream) open(ctx context.Context) error {
	var err error
	s.node, err = node.Open(ctx, node.Options{
		DB: s.db, Workers: s.way.Workers(s.rand), Bounded: true, EpochRows: s.epochRows(), MemoryLimit: "1GB", Threads: 1,
		Logs: s.logs(), Connectors: []engine.Connector{s.feed.connector()}, BeforeCommit: s.beforeCommit,
	})
	return err
}

// logs has some runs write what comes to a stage, however little state it has.
func (s *stream) logs() runtime.LogSizes {
	if s.rand.IntN(2) == 0 {
		return runtime.LogSizes{}
	}
	return runtime.LogSizes{Least: 1, Full: 300, Room: 1 << 20}
}

func (s *stream) epochRows() int {
	if s.file.Ordered {
		return 1
	}
	return s.way.Rows
}

func (s *stream) blocks(ctx context.Context) error {
	ran := false
	for _, b := range s.file.Blocks {
		var err error
		switch b.Kind {
		case "statement":
			err, ran = checkStatement(b, s.apply(ctx, b.Text)), false
		case "events":
			s.feed.add(b)
			ran = false
		case "stop":
			err = s.restart(ctx)
			ran = false
		case "pause":
			err, ran = s.runLive(ctx), true
		case "query", "fails":
			if !ran {
				err, ran = s.unexpected(s.run(ctx)), true
			}
			if err == nil {
				err = s.check(ctx, b)
			}
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", s.file.Path, b.Line, err)
		}
	}
	return nil
}

func checkStatement(b Block, err error) error {
	switch {
	case b.Error == "" || err == nil && b.Error == "":
		return err
	case err == nil:
		return fmt.Errorf("no error, want %q", b.Error)
	case !strings.Contains(err.Error(), b.Error):
		return fmt.Errorf("error %q, want %q", err, b.Error)
	}
	return nil
}

func (s *stream) apply(ctx context.Context, text string) error {
	_, err := s.node.Apply(ctx, text)
	return err
}

// restart runs what has been given and opens the database anew.
func (s *stream) restart(ctx context.Context) error {
	if err := s.run(ctx); err != nil {
		return err
	}
	if err := s.node.Close(); err != nil {
		return err
	}
	return s.open(ctx)
}

// runLive processes all events given so far as if more could come.
func (s *stream) runLive(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var read []string
	for _, v := range s.node.Catalog().Views {
		read = append(read, v.Sources...)
	}
	s.feed.live = newLive(s.feed, read, stop)
	defer func() { s.feed.live = nil }()
	return s.run(ctx)
}

// run processes all events given so far. When the way kills, every run but the last is cut off after a random commit.
func (s *stream) run(ctx context.Context) error {
	if err := s.reorder(); err != nil {
		return err
	}
	for s.way.Kill {
		killed, err := s.runAndKill(ctx)
		if err != nil {
			return err
		}
		if !killed {
			return nil
		}
	}
	return s.node.Run(ctx)
}

// runAndKill cuts a run off after a few commits. What it had processed since is lost, as with kill -9: closing the node
// commits nothing.
func (s *stream) runAndKill(ctx context.Context) (killed bool, err error) {
	s.commitsLeft = 1 + s.rand.IntN(4)
	err = s.node.Run(ctx)
	if !errors.Is(err, errKilled) {
		return false, err
	}
	if err := s.node.Close(); err != nil {
		return false, err
	}
	return true, s.open(context.WithoutCancel(ctx))
}

var errKilled = errors.New("killed by the test")

// beforeCommit kills when the commits that were granted are used up.
func (s *stream) beforeCommit(int64) error {
	if s.commitsLeft--; s.way.Kill && s.commitsLeft < 0 {
		return errKilled
	}
	return nil
}

// reorder moves events of each partition as far as its source's watermark allows.
func (s *stream) reorder() error {
	if s.file.Ordered {
		return nil
	}
	b, err := newBatch(s.dir)
	if err != nil {
		return err
	}
	defer b.close()
	for _, source := range s.node.Catalog().Sources {
		if source.EventTime < 0 {
			continue
		}
		for _, partition := range s.feed.partitions(source.Name) {
			records := s.feed.sources[source.Name][partition]
			lines := make([]string, len(records))
			for i, r := range records {
				lines[i] = string(r.Value)
			}
			times, err := b.eventTimes(source, lines)
			if err != nil {
				return err
			}
			if err := s.feed.reorder(source.Name, partition, times, source.Delay.Microseconds()); err != nil {
				return err
			}
		}
	}
	return nil
}

// unexpected drops the failures of views that the file says fail.
func (s *stream) unexpected(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var left []error
		for _, e := range joined.Unwrap() {
			left = append(left, s.unexpected(e))
		}
		return errors.Join(left...)
	}
	for _, b := range s.file.Blocks {
		if b.Kind == "fails" && err != nil && strings.HasPrefix(err.Error(), "query "+b.Source+": ") {
			return nil
		}
	}
	return err
}

// check holds a view or a query's result against what the file says.
func (s *stream) check(ctx context.Context, b Block) error {
	if b.Kind == "query" {
		return s.query(ctx, b)
	}
	for _, q := range s.node.Status().Queries {
		if strings.EqualFold(q.View, b.Source) && q.State != "failed" {
			return fmt.Errorf("view %s is %s, and should have failed", q.View, q.State)
		}
	}
	return nil
}

func (s *stream) query(ctx context.Context, b Block) error {
	text := "SELECT COLUMNS(*)::VARCHAR FROM (" + strings.TrimRight(strings.TrimSpace(b.Text), ";") + "\n)"
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	rows, err := s.node.Store().Query(ctx, text, duckdb.Limits{})
	if err != nil {
		return err
	}
	defer rows.Release()
	got, err := arrowRows(rows)
	if err != nil {
		return err
	}
	if s.way.Kill {
		b.Want, got = oneZero(b.Want), oneZero(got)
	}
	return compare(b, got)
}

// oneZero prints -0.0 as 0.0. A checkpoint of DuckDB's file keeps the sign of a zero only by chance, as its RLE and constant compression take
// equal neighbours for one value: -0.0, 0.0 may be read as -0.0, -0.0. Only what is killed has its results in a file for long enough.
func oneZero(rows []string) []string {
	out := make([]string, len(rows))
	for i, row := range rows {
		out[i] = negativeZero.ReplaceAllString(row, "0.0")
	}
	return out
}

var negativeZero = regexp.MustCompile(`-0\.0\b`)

// arrowRows prints a result whose columns are all VARCHAR.
func arrowRows(rows *duckdb.Rows) ([]string, error) {
	var out []string
	for rows.Next() {
		batch := rows.RecordBatch()
		for i := range int(batch.NumRows()) {
			values := make([]sql.NullString, batch.NumCols())
			for c := range values {
				column := batch.Column(c).(*array.String)
				if values[c].Valid = column.IsValid(i); values[c].Valid {
					values[c].String = strings.Clone(column.Value(i)) // the batch goes with the next one
				}
			}
			out = append(out, printRow(values))
		}
	}
	return out, rows.Err()
}
