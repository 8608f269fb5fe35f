package slt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/sql/catalog"
)

// judged is a generated test with DuckDB's answers.
type judged struct {
	file        *File
	refused     []string // views that DuckDB refuses, with the reason
	unsupported []string // views that Weir has no operator or kernel for, with the reason
	crashed     bool     // DuckDB has failed with an internal error, and answers no more
	failing     int      // views that fail while they run
	empty       int      // views without rows
}

// declined are the words by which Weir says that it lacks something.
var declined = regexp.MustCompile(`not supported|no kernel for|without a window|that has no window`)

// crash is how DuckDB's own mistakes begin.
var crash = regexp.MustCompile(`^(INTERNAL|FATAL) Error`)

// judgePatience is for one generated view: windows of windows of joins can have more rows than anyone wants to compare.
const judgePatience = 20 * time.Second

// judge asks DuckDB what the views hold. Views that cannot be defined are left out of the file. A view that Weir refuses
// without saying that it lacks something is an error.
func judge(c *generated, dir string) (*judged, error) {
	b, err := newBatch(dir)
	if err != nil {
		return nil, err
	}
	defer b.close()
	b.patience = judgePatience
	definitions, p, err := node.NewCatalog([]engine.Connector{(&feed{}).connector()}, nil)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	for _, s := range c.Sources {
		if _, err := definitions.Apply(s.statement()); err != nil {
			return nil, err
		}
	}
	if err := b.loadGenerated(c, definitions, func(generatedEvent) bool { return true }); err != nil {
		return nil, err
	}
	return judgeViews(c, b, definitions)
}

// define defines a view in Weir; some of those that close their windows with an allowed lateness, as far as that is possible.
func define(definitions *catalog.Catalog, v *generatedView, seed uint64) error {
	if v.Late = strings.HasSuffix(v.Name, fmt.Sprint(seed%3)); v.Late {
		if _, err := definitions.Apply(v.statement()); err == nil {
			return nil
		}
		v.Late = false
	}
	_, err := definitions.Apply(v.statement())
	return err
}

// loadGenerated makes tables of the events that are asked for.
func (b *batch) loadGenerated(c *generated, definitions *catalog.Catalog, asked func(generatedEvent) bool) error {
	for i, s := range c.Sources {
		var lines []placed
		for _, e := range s.Events {
			if asked(e) {
				lines = append(lines, placed{line: e.Line})
			}
		}
		if err := b.load(definitions.Sources[i], lines); err != nil {
			return err
		}
	}
	return nil
}

// middle asks DuckDB what the views that change hold at the cut. A source without events commits nothing that could be looked at.
func middle(c *generated, dir string, definitions *catalog.Catalog) (out []Block, err error) {
	for _, s := range c.Sources {
		if !slices.ContainsFunc(s.Events, c.early) {
			return nil, nil
		}
	}
	b, err := newBatch(dir)
	if err != nil {
		return nil, err
	}
	defer b.close()
	if err := b.loadGenerated(c, definitions, c.early); err != nil {
		return nil, err
	}
	for _, v := range definitions.Views {
		at := slices.IndexFunc(c.Views, func(x *generatedView) bool { return x.Name == v.Name })
		if at < 0 || v.Emit != engine.EmitChanges || b.exec("CREATE TABLE "+v.Name+" AS "+c.Views[at].query()) != nil {
			continue
		}
		rows, err := b.rows("SELECT * FROM " + v.Name)
		if err != nil {
			return nil, err
		}
		out = append(out, Block{Kind: "query", Sort: true, Text: "SELECT * FROM " + v.Name, Want: rows})
	}
	return out, nil
}

func judgeViews(c *generated, b *batch, definitions *catalog.Catalog) (*judged, error) {
	j, kept := &judged{}, *c
	kept.Views = nil
	var queries []Block
	for _, s := range c.Sources {
		all, err := b.rows("SELECT * FROM " + s.Name)
		if err != nil {
			return nil, err
		}
		queries = append(queries, Block{Kind: "query", Sort: true, Text: "SELECT * FROM " + s.Name + "_all", Want: all})
	}
	for _, v := range c.Views {
		block, err := j.view(b, v, func() error { return define(definitions, v, c.Seed) })
		if err != nil {
			return nil, fmt.Errorf("%s:\n%s\n%w", v.Name, v.statement(), err)
		}
		if j.crashed {
			break
		}
		if block != nil {
			kept.Views, queries = append(kept.Views, v), append(queries, *block)
		}
	}
	if !kept.Cut.IsZero() {
		var err error
		if kept.Middle, err = middle(&kept, b.dir, definitions); err != nil {
			return nil, err
		}
	}
	j.file = kept.file()
	for _, q := range queries {
		q.Line = len(j.file.Blocks) + 1
		j.file.Blocks = append(j.file.Blocks, q)
	}
	return j, nil
}

// view asks DuckDB and Weir's planner about one view. The block is what its table must hold; nil if it cannot be defined.
func (j *judged) view(b *batch, v *generatedView, define func() error) (*Block, error) {
	inDuckDB := b.exec("CREATE TABLE " + v.Name + " AS " + v.query())
	if inDuckDB != nil && crash.MatchString(inDuckDB.Error()) {
		j.refused, j.crashed = append(j.refused, v.Name+": "+inDuckDB.Error()+"\n"+v.query()), true
		return nil, nil
	}
	if errors.Is(inDuckDB, errTooLarge) || inDuckDB != nil && strings.HasPrefix(inDuckDB.Error(), "Out of Memory Error") {
		j.refused = append(j.refused, v.Name+": "+inDuckDB.Error()+"\n"+v.query())
		return nil, nil
	}
	if b.unsettled(v) {
		j.refused = append(j.refused, v.Name+": fails or not, as its conditions are computed in one order or another\n"+v.query())
		return nil, nil
	}
	switch inWeir := define(); {
	case inDuckDB != nil && (inWeir != nil || !atRunTime(inDuckDB)):
		j.refused = append(j.refused, v.Name+": "+inDuckDB.Error()+"\n"+v.query())
		return nil, nil //nolint:nilerr // a refusal is an answer
	case inWeir != nil && declined.MatchString(inWeir.Error()):
		j.unsupported = append(j.unsupported, v.Name+": "+inWeir.Error()+"\n"+v.query())
		return nil, nil //nolint:nilerr // so is this one
	case inWeir != nil:
		return nil, fmt.Errorf("weir refuses what DuckDB computes: %w", inWeir)
	case inDuckDB != nil:
		j.failing++
		return &Block{Kind: "fails", Source: v.Name}, nil //nolint:nilerr // so is a failure
	}
	rows, err := b.rows("SELECT * FROM " + v.Name)
	if len(rows) == 0 {
		j.empty++
	}
	return &Block{Kind: "query", Sort: true, Text: "SELECT * FROM " + v.Name, Want: rows}, err
}

// unsettled reports whether the view fails or not as its conditions are computed in one order or another, which SQL leaves open: one of
// several fails on some row.
//
//	WHERE ln(k) > 0.5 AND s LIKE 'a%'      a row with k < 0 fails, unless s LIKE 'a%' comes first
//	WHERE k BETWEEN ln(k) AND 3            is k >= ln(k) AND k <= 3
func (b *batch) unsettled(v *generatedView) bool {
	for _, part := range v.parts() {
		for _, condition := range part.Where {
			if len(part.Where) < 2 && !strings.Contains(condition, " BETWEEN ") {
				break
			}
			alone := &generatedView{With: v.With, Items: []generatedItem{{"c", leaf{text: condition}}}, From: part.From, Joins: part.Joins}
			if err := b.exec("CREATE OR REPLACE TEMP TABLE alone AS " + alone.query()); err != nil && atRunTime(err) {
				return true
			}
		}
	}
	return false
}

// atRunTime tells an error in the data from one in the text.
func atRunTime(err error) bool {
	for _, class := range []string{"Binder Error", "Catalog Error", "Parser Error", "Not implemented Error"} {
		if strings.HasPrefix(err.Error(), class) {
			return false
		}
	}
	return true
}

// run runs a judged test in DuckDB and in the given ways.
func (j *judged) run(ctx context.Context, ways []Way, seed uint64) error {
	inDir := func(run func(dir string) error) error {
		dir, err := os.MkdirTemp("", "weir-generated")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		return run(dir)
	}
	if err := inDir(func(dir string) error { return RunBatch(j.file, dir) }); err != nil {
		return err
	}
	for _, way := range ways {
		err := inDir(func(dir string) error { return RunStream(ctx, j.file, way, seed, dir) })
		if err != nil {
			return fmt.Errorf("%s: %w", way.Name, err)
		}
	}
	return nil
}
