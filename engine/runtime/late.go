package runtime

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
)

// collectLate turns the rows that a chain put aside into late rows, each as JSON of the columns that the operator read.
func (q *query) collectLate(s *stage, c *chain, now time.Time) {
	for _, l := range c.out.late {
		rows, err := q.lateRows(s, l, now)
		if err != nil {
			q.fail(err)
		}
		q.late = append(q.late, rows...)
		q.lateN += int64(len(rows))
		l.rows.Release()
	}
	c.out.late = nil
}

func (q *query) lateRows(s *stage, l lateRows, now time.Time) ([]engine.LateRow, error) {
	texts, err := jsonRows(l.rows)
	if err != nil {
		return nil, fmt.Errorf("print late rows: %w", err)
	}
	out := make([]engine.LateRow, len(texts))
	behind := q.behind(s)
	for i, text := range texts {
		out[i] = engine.LateRow{
			View: q.Name, Source: q.originOf(l), Partition: l.partition, Row: text, At: now,
			EventTime: engine.MinTime, Watermark: behind,
		}
		if l.letter != nil {
			out[i].Offset = &l.letter.Letter.Offset
			l.letter.Late++
		}
	}
	if at := l.edge.EventTime; at >= 0 {
		times := l.rows.Column(at).(*array.Timestamp)
		for i := range out {
			if times.IsValid(i) {
				out[i].EventTime = engine.Time(times.Value(i))
			}
		}
	}
	return out, nil
}

// behind is the watermark that late rows of a stage have come behind: what it was told, which of the sources that have ended none holds
// back. At the end of the input that is beyond all time, which no event is late for.
func (q *query) behind(s *stage) engine.Time {
	if s.horizon == engine.MaxTime {
		return q.watermark()
	}
	return s.horizon
}

// originOf is the source that late rows come from; empty if it may be any of several.
func (q *query) originOf(l lateRows) string {
	if l.source == "" && len(q.readings) == 1 {
		return q.readings[0].source.Name
	}
	return l.source
}

// jsonRows prints each row as a JSON object. Of columns with one name the later ones get a number, so that none is lost.
func jsonRows(rows arrow.RecordBatch) ([]string, error) {
	named := array.NewRecordBatch(uniqueNames(rows.Schema()), rows.Columns(), rows.NumRows())
	defer named.Release()
	data, err := named.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var objects []json.RawMessage
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&objects); err != nil {
		return nil, err
	}
	out := make([]string, len(objects))
	for i, o := range objects {
		out[i] = string(o)
	}
	return out, nil
}

func uniqueNames(schema *arrow.Schema) *arrow.Schema {
	fields, seen := schema.Fields(), map[string]int{}
	for i, f := range fields {
		if n := seen[f.Name]; n > 0 {
			fields[i].Name = fmt.Sprintf("%s_%d", f.Name, n)
		}
		seen[f.Name]++
	}
	return arrow.NewSchema(fields, nil)
}
