package slt

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// generated is a made-up test: a source, its events, and views on it.
type generated struct {
	Seed    uint64
	Columns []types.Field // the first is the event time
	Delay   string        // of the watermark
	Events  []generatedEvent
	Views   []*generatedView
}

type generatedEvent struct{ Partition, Line string }

// generator makes one test. All that is random comes from rand.
//
//	schema ──► events
//	   └─────► scope: what an expression may name, by kind ──► grammar ──► views
type generator struct {
	rand    *rand.Rand
	extreme map[string]bool // columns that have values at the ends of their types
}

// generate makes the test of a seed.
func generate(seed uint64) *generated {
	g := &generator{rand: rand.New(rand.NewPCG(seed, 1)), extreme: map[string]bool{}}
	made := &generated{Seed: seed, Columns: g.columns(), Delay: g.pick("0 seconds", "1 second", "10 seconds", "1 minute", "2 hours")}
	made.Events = g.events(made.Columns)
	scope := g.scope(made.Columns)
	for i := range 5 + g.rand.IntN(4) {
		v := g.view(scope, made.Columns[0])
		v.Name = fmt.Sprintf("v%d", i)
		made.Views = append(made.Views, v)
	}
	return made
}

func (g *generator) pick(from ...string) string { return from[g.rand.IntN(len(from))] }

// one reports true once in n times.
func (g *generator) one(n int) bool { return g.rand.IntN(n) == 0 }

// sourceStatement is the statement that makes the source.
func (c *generated) sourceStatement() string {
	var b strings.Builder
	b.WriteString("CREATE SOURCE src (\n")
	for _, f := range c.Columns {
		fmt.Fprintf(&b, "    %s %s,\n", types.QuoteIdent(f.Name), f.Type)
	}
	at := types.QuoteIdent(c.Columns[0].Name)
	fmt.Fprintf(&b, "    WATERMARK FOR %s AS %s - INTERVAL '%s'\n) WITH (connector = 'events')", at, at, c.Delay)
	return b.String()
}

// everything reads all columns. The source decodes the columns that some view reads, and a record is dead if one of them cannot
// be decoded: with this view, what is dead does not depend on the others.
const everything = "CREATE MATERIALIZED VIEW everything AS SELECT * FROM src"

// file is the test without its queries.
func (c *generated) file() *File {
	f := &File{Path: fmt.Sprintf("generated-%d.slt", c.Seed)}
	f.Blocks = append(f.Blocks, Block{Kind: "statement", Text: c.sourceStatement()}, Block{Kind: "statement", Text: everything})
	for _, v := range c.Views {
		f.Blocks = append(f.Blocks, Block{Kind: "statement", Text: v.statement()})
	}
	var partitions []string
	lines := map[string][]string{}
	for _, e := range c.Events {
		if lines[e.Partition] == nil {
			partitions = append(partitions, e.Partition)
		}
		lines[e.Partition] = append(lines[e.Partition], e.Line)
	}
	slices.Sort(partitions)
	for _, p := range partitions {
		f.Blocks = append(f.Blocks, Block{Kind: "events", Source: "src", Partition: p, Text: strings.Join(lines[p], "\n")})
	}
	for i := range f.Blocks {
		f.Blocks[i].Line = i + 1
	}
	return f
}

// fileText prints a file as ReadFile reads it.
func fileText(f *File) string {
	var b strings.Builder
	for _, x := range f.Blocks {
		switch x.Kind {
		case "statement":
			b.WriteString("statement ok\n" + x.Text)
		case "events":
			b.WriteString("events " + x.Source + " " + x.Partition + "\n" + x.Text)
		case "query":
			b.WriteString("query rowsort\n" + strings.Join(append([]string{x.Text, "----"}, x.Want...), "\n"))
		case "fails":
			b.WriteString("fails " + x.Source)
		}
		b.WriteString("\n\n")
	}
	return b.String()
}
