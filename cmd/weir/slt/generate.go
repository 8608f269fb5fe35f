package slt

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/weirdb/weir/engine/types"
)

// generated is a made-up test: sources, their events, and views on them.
type generated struct {
	Seed    uint64
	Sources []*generatedSource
	Views   []*generatedView
	Cut     time.Time // if not zero, events before it come first, and views are looked at before the rest
	Middle  []Block   // what views that change hold then
}

// generatedSource is a source and what comes from it.
type generatedSource struct {
	Name    string
	Columns []types.Field // the first is the event time
	Delay   string        // of the watermark
	Events  []generatedEvent
}

type generatedEvent struct {
	Partition, Line string
	At              time.Time // in event time
}

// generator makes one test. All that is random comes from rand.
//
//	schema ──► events
//	   └─────► scope: what an expression may name, by kind ──► grammar ──► views
type generator struct {
	rand     *rand.Rand
	extreme  map[string]bool // columns that have values at the ends of their types
	language *language       // of expressions
	sources  []*generatedSource
	start    string // of event time
	span     int    // how far event time goes, in seconds
	most     int    // events a source, at most
	ids      int    // given to events
}

// generate makes the test of a seed: of every three, one is about expressions over a source of many types, two are about
// relations between sources.
func generate(seed uint64) *generated {
	g := &generator{rand: rand.New(rand.NewPCG(seed, 1)), extreme: map[string]bool{}, language: &rich, most: 40}
	g.start, g.span = g.pick(starts...), spans[g.rand.IntN(len(spans))]
	made := &generated{Seed: seed}
	var view func() *generatedView
	if seed%3 == 0 {
		s := g.source("src", g.columns())
		scope := g.scope(s.Columns)
		view = func() *generatedView { return g.view(scope, s.Columns[0]) }
	} else {
		g.relations()
		view = g.relationView
		if g.one(2) {
			made.Cut = g.starting().Add(time.Duration(g.rand.IntN(g.span)) * time.Second)
		}
	}
	made.Sources = g.sources
	for i := range 9 + g.rand.IntN(6) {
		v := view()
		v.Name = fmt.Sprintf("v%d", i)
		made.Views = append(made.Views, v)
	}
	return made
}

// source makes a source and its events.
func (g *generator) source(name string, columns []types.Field) *generatedSource {
	s := &generatedSource{Name: name, Columns: columns, Delay: g.pick("0 seconds", "1 second", "10 seconds", "1 minute", "2 hours")}
	if g.language == &tame { // windows close while events come
		s.Delay = g.pick("0 seconds", "1 second", "1 second", "10 seconds")
	}
	s.Events = g.events(columns)
	g.sources = append(g.sources, s)
	return s
}

func (g *generator) pick(from ...string) string { return from[g.rand.IntN(len(from))] }

// one reports true once in n times.
func (g *generator) one(n int) bool { return g.rand.IntN(n) == 0 }

// statement is the statement that makes the source.
func (c *generatedSource) statement() string {
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE SOURCE %s (\n", c.Name)
	for _, f := range c.Columns {
		fmt.Fprintf(&b, "    %s %s,\n", types.QuoteIdent(f.Name), f.Type)
	}
	at := types.QuoteIdent(c.Columns[0].Name)
	fmt.Fprintf(&b, "    WATERMARK FOR %s AS %s - INTERVAL '%s'\n) WITH (connector = 'events')", at, at, c.Delay)
	return b.String()
}

// everything is a view that reads all columns. A source decodes the columns that some view reads, and a record is dead if one of
// them cannot be decoded: with this view, what is dead does not depend on the others.
func (c *generatedSource) everything() string {
	return "CREATE MATERIALIZED VIEW " + c.Name + "_all AS SELECT * FROM " + c.Name
}

// file is the test without its queries.
func (c *generated) file() *File {
	f := &File{Path: fmt.Sprintf("generated-%d.slt", c.Seed)}
	statement := func(text string) { f.Blocks = append(f.Blocks, Block{Kind: "statement", Text: text}) }
	for _, s := range c.Sources {
		statement(s.statement())
		statement(s.everything())
	}
	for _, v := range c.Views {
		statement(v.statement())
	}
	var late []Block
	for _, s := range c.Sources {
		f.Blocks = append(f.Blocks, s.blocks(c.early)...)
		late = append(late, s.blocks(func(e generatedEvent) bool { return !c.early(e) })...)
	}
	if len(late) > 0 {
		f.Blocks = slices.Concat(f.Blocks, []Block{{Kind: "pause"}}, c.Middle, late)
	}
	for i := range f.Blocks {
		f.Blocks[i].Line = i + 1
	}
	return f
}

// early reports whether an event comes before the cut.
func (c *generated) early(e generatedEvent) bool { return c.Cut.IsZero() || e.At.Before(c.Cut) }

// blocks are those of the source's events that are asked for, a block for each partition.
func (c *generatedSource) blocks(asked func(generatedEvent) bool) (out []Block) {
	var partitions []string
	lines := map[string][]string{}
	for _, e := range c.Events {
		if !asked(e) {
			continue
		}
		if lines[e.Partition] == nil {
			partitions = append(partitions, e.Partition)
		}
		lines[e.Partition] = append(lines[e.Partition], e.Line)
	}
	slices.Sort(partitions)
	for _, p := range partitions {
		out = append(out, Block{Kind: "events", Source: c.Name, Partition: p, Text: strings.Join(lines[p], "\n")})
	}
	return out
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
		case "pause":
			b.WriteString("pause")
		}
		b.WriteString("\n\n")
	}
	return b.String()
}
