package pipelinetest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/metadata"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/catalog"
	"github.com/weirdb/weir/sql/parse"
)

// source finds a source that is open.
func (f *run) source(p place) (*catalog.Source, *log, error) {
	s := f.h.node.Catalog().Source(p.source)
	if s == nil {
		var names []string
		for _, x := range f.h.node.Catalog().Sources {
			if x.Name != beat {
				names = append(names, x.Name)
			}
		}
		return nil, nil, parse.Errorf(f.text, p.sourcePos, "there is no source %s; there are %s", p.source, strings.Join(names, ", "))
	}
	l := f.h.log(s.Name)
	if l.closedAt >= 0 {
		line, _ := parse.Errorf(f.text, l.closedAt, "").Place()
		return nil, nil, parse.Errorf(f.text, p.sourcePos, "source %s was closed in line %d", s.Name, line)
	}
	return s, l, nil
}

// insert gives events to a source. Those of one statement come together: the watermark moves behind them.
func (f *run) insert(s insert) error {
	source, l, err := f.source(s.place)
	if err != nil {
		return err
	}
	delete(l.idle, s.partition)
	if s.records != nil {
		return f.insertRecords(s, source, l)
	}
	batches, err := f.rows(s, source, l)
	if err != nil {
		return err
	}
	if len(batches) == 0 {
		return nil
	}
	return f.h.feed(l, step{fetches: l.fetchRows(s.partition, batches)})
}

// insertRecords gives records to a source's decoder.
func (f *run) insertRecords(s insert, source *catalog.Source, l *log) error {
	if source.FormatSpec == nil {
		return parse.Errorf(f.text, s.recordPos, "source %s has no format that decodes single records: insert VALUES (…)", source.Name)
	}
	fetch := engine.Fetch{Partition: s.partition}
	for _, text := range s.records {
		fetch.Records = append(fetch.Records, engine.Record{Offset: l.next[s.partition], Value: []byte(text)})
		l.next[s.partition]++
	}
	fetch.Next = l.next[s.partition]
	return f.h.feed(l, step{fetches: []engine.Fetch{fetch}})
}

// rows computes what an INSERT gives, as the engine asked for it: the columns that views read, of STRUCTs the fields that they read.
func (f *run) rows(s insert, source *catalog.Source, l *log) ([]arrow.RecordBatch, error) {
	names, err := f.insertColumns(s, source)
	if err != nil {
		return nil, err
	}
	exprs := make([]string, len(l.columns))
	for i, c := range l.columns {
		value := "NULL"
		if slices.Contains(names, c.Name) {
			declared := source.Columns[slices.IndexFunc(source.Columns, func(x types.Field) bool { return x.Name == c.Name })]
			value = fmt.Sprintf("CAST(%s AS %s)", types.QuoteIdent(c.Name), declared.Type)
		}
		exprs[i] = fmt.Sprintf("CAST(%s AS %s) AS %s", value, c.Type, types.QuoteIdent(c.Name))
	}
	if len(exprs) == 0 { // no view reads a column, but rows can be counted
		exprs = []string{"true"}
	}
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = types.QuoteIdent(name)
	}
	before := "SELECT " + strings.Join(exprs, ", ") + " FROM ("
	batches, err := f.h.evaluate(before + s.query.Of(f.text) + "\n) AS weir_rows(" + strings.Join(quoted, ", ") + ")")
	if err != nil {
		return nil, f.blame(err, len(before), s.query, s.Start)
	}
	if len(l.columns) == 0 {
		for i, b := range batches {
			batches[i] = array.NewRecordBatch(types.Schema(nil), nil, b.NumRows())
			b.Release()
		}
	}
	return batches, nil
}

// insertColumns are the source's columns that an INSERT gives, as they are declared.
func (f *run) insertColumns(s insert, source *catalog.Source) ([]string, error) {
	var given, names []string
	for _, c := range slices.Concat(metadata.Plain(source.Columns), messageColumns(source.Columns)) {
		names = append(names, c.Name)
		if !metadata.Is(c.Name) && len(s.columns) == 0 {
			given = append(given, c.Name)
		}
	}
	for _, t := range s.columns {
		at := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, t.Text) })
		if at < 0 {
			return nil, parse.Errorf(f.text, t.Pos, "source %s has no column %s; it has %s", source.Name, t.Text, strings.Join(names, ", "))
		}
		given = append(given, names[at])
	}
	n, err := f.h.width("FROM (" + s.query.Of(f.text) + "\n)")
	if err != nil {
		return nil, f.blame(err, len("FROM ("), s.query, s.Start)
	}
	if n != len(given) {
		return nil, parse.Errorf(f.text, s.query.Start, "%d values for the %d columns %s of source %s; name fewer in a list before VALUES",
			n, len(given), strings.Join(given, ", "), source.Name)
	}
	return given, nil
}

// width is how many columns a SELECT has.
func (h *harness) width(text string) (int, error) {
	rows, err := h.query(text)
	if err != nil {
		return 0, err
	}
	defer rows.Release()
	return len(rows.Columns()), nil
}

// blame puts DuckDB's error in the file: at the place in a part of the text that DuckDB was given behind so many bytes of ours, or
// else at the statement.
func (f *run) blame(err error, before int, part span, statement int) error {
	var e *duckdb.Error
	if !errors.As(err, &e) {
		return err
	}
	message, at := e.Message, statement
	if e.Detail != "" && !strings.HasPrefix(e.Detail, "LINE ") {
		message += "\n" + e.Detail
	}
	if within, most := e.Position-before, part.End-part.Start; within >= 0 && within <= most+len("\n)") { // at the end it is at our parenthesis
		at = part.Start + min(within, most)
	}
	return parse.Errorf(f.text, at, "%s", message)
}

// advance moves watermarks, as an event would that is later by the source's delay.
func (f *run) advance(s advance) error {
	rows, err := f.h.texts("SELECT epoch_us(CAST(" + types.QuoteString(s.to) + " AS TIMESTAMP))::VARCHAR")
	if err != nil {
		return f.blame(err, -1, span{}, s.toPos)
	}
	micros, err := strconv.ParseInt(rows[0][0], 10, 64)
	if err != nil {
		return parse.Errorf(f.text, s.toPos, "'%s' is not a time that a watermark can have", s.to)
	}
	sources := []place{s.place}
	if s.source == "" {
		sources = f.open()
	}
	for _, p := range sources {
		if err := f.advanceSource(p, engine.Time(micros)); err != nil {
			return err
		}
	}
	return nil
}

// open are the sources with a watermark that are not closed.
func (f *run) open() []place {
	var out []place
	for _, s := range f.h.node.Catalog().Sources {
		if s.EventTime >= 0 && f.h.log(s.Name).closedAt < 0 {
			out = append(out, place{source: s.Name})
		}
	}
	return out
}

func (f *run) advanceSource(p place, to engine.Time) error {
	source, l, err := f.source(p)
	if err != nil {
		return err
	}
	if source.EventTime < 0 {
		return parse.Errorf(f.text, p.sourcePos, "source %s has no watermark: declare WATERMARK FOR a column", source.Name)
	}
	var fetches []engine.Fetch
	for _, partition := range l.partitions {
		if p.partition != "" && p.partition != partition || p.partition == "" && l.idle[partition] {
			continue
		}
		fetch := l.fetchNothing(partition)
		fetch.Watermark = &to
		fetches = append(fetches, fetch)
		delete(l.idle, partition)
	}
	return f.h.feed(l, step{fetches: fetches})
}

// idle makes a partition idle, until the next event in it.
func (f *run) idle(s idle) error {
	_, l, err := f.source(s.place)
	if err != nil {
		return err
	}
	l.idle[s.partition] = true
	return f.h.feed(l, step{fetches: []engine.Fetch{l.fetchNothing(s.partition)}})
}

// closeSource is the end of a source's input.
func (f *run) closeSource(s closing) error {
	_, l, err := f.source(s.place)
	if err != nil {
		return err
	}
	l.closedAt = s.Start
	var fetches []engine.Fetch
	for _, partition := range l.partitions {
		fetch := l.fetchNothing(partition)
		fetch.End = true
		fetches = append(fetches, fetch)
	}
	return f.h.feed(l, step{fetches: fetches, end: true})
}
