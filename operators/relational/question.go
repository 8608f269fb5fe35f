package relational

import (
	"fmt"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
)

// questionRows is how many rows a question has, about: more are asked about only where one key has them.
const questionRows = 200_000

// question is about the rows of some keys, of one pane or several.
//
//	parts    pane 10:00: keys 3, 7      pane 10:10: keys 0
//	number               0  1                       2
type question struct {
	parts []part
	rows  int
	keys  int
}

// part is what a question asks of a pane.
type part struct {
	pane      *pane
	keys      []uint32
	positions [][]uint32 // of the rows, for each input
}

// add asks about a key.
func (q *question) add(p *pane, key uint32) {
	t := q.partOf(p)
	t.keys = append(t.keys, key)
	q.keys++
	if p.asked != nil {
		p.asked[key] = uint32(q.keys)
	}
	for i, b := range p.inputs {
		before := len(t.positions[i])
		t.positions[i] = b.of(key, t.positions[i])
		q.rows += len(t.positions[i]) - before
	}
}

// addAll asks about all keys of a pane.
func (q *question) addAll(p *pane) {
	t := q.partOf(p)
	for i, b := range p.inputs {
		t.positions[i] = b.all(t.positions[i])
		q.rows += len(t.positions[i])
	}
}

// partOf is the part of the pane that was asked of last, or a new one.
func (q *question) partOf(p *pane) *part {
	if n := len(q.parts); n == 0 || q.parts[n-1].pane != p {
		q.parts = append(q.parts, part{pane: p, positions: make([][]uint32, len(p.inputs))})
	}
	return &q.parts[len(q.parts)-1]
}

// partsOfKeys tells which part each key is in, by its number in the question.
func (q *question) partsOfKeys() []uint32 {
	out := make([]uint32, 0, q.keys)
	for i, t := range q.parts {
		for range t.keys {
			out = append(out, uint32(i))
		}
	}
	return out
}

// firstKeys are the numbers of the first key of each part.
func (q *question) firstKeys() []uint32 {
	out, next := make([]uint32, len(q.parts)), uint32(0)
	for i, t := range q.parts {
		out[i] = next
		next += uint32(len(t.keys))
	}
	return out
}

// done forgets the question.
func (q *question) done() {
	for _, t := range q.parts {
		if t.pane.asked == nil {
			continue
		}
		for _, k := range t.keys {
			t.pane.asked[k] = 0
		}
	}
	*q = question{parts: q.parts[:0]}
}

// answer runs the SQL over the rows. Keys without rows have none, but for the one of a node that always has an answer. The caller
// releases it.
func (o *Operator) answer(q *question) (arrow.RecordBatch, error) {
	if q.rows == 0 && !o.config.Node.Always {
		return o.noAnswer(), nil
	}
	tables := make([]engine.Table, len(o.inputs))
	for i, schema := range o.inputs {
		rows, err := o.gather(q, i, schema)
		if err != nil {
			return nil, fmt.Errorf("relational: gather rows: %w", err)
		}
		defer rows.Release()
		tables[i] = engine.Table{Columns: o.columns[i], Rows: rows}
	}
	out, err := o.config.Tables.Query(o.config.Node.SQL, tables, o.result)
	if err != nil {
		return nil, fmt.Errorf("relational: %s: %w", o.config.Node.What, err)
	}
	return out, nil
}

// gather copies the rows of an input that the question is about, in the order in which they came, pane by pane.
func (o *Operator) gather(q *question, input int, schema *arrow.Schema) (arrow.RecordBatch, error) {
	var found []arrow.RecordBatch
	defer func() { releaseAll(found) }()
	for _, t := range q.parts {
		positions := t.positions[input]
		if len(positions) == 0 {
			continue
		}
		slices.Sort(positions)
		rows, err := t.pane.inputs[input].gather(positions)
		if err != nil {
			return nil, err
		}
		found = append(found, rows)
	}
	return concat(o.mem, schema, found)
}
