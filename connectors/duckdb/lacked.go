package duckdb

import (
	"context"
	"fmt"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// Lacked says which dead letters are wanted: of those that some view lacks.
type Lacked struct {
	Source string // any if empty
	Where  string // a condition of a user over the columns of weir.dead_letters; any if empty
	// Before leaves out those that were replayed at that time or later, but for those that wait to be given alone.
	Before time.Time
	Rows   int // how many, at most; 0 for as many as are read at once
}

// What is read at once, which bounds the memory that letters take.
const (
	lackedRows  = 1000
	lackedBytes = 8 << 20
)

// Letters returns the first of the dead letters that are wanted, in the order of their positions: some, and none only if there are none. The
// condition is looked at as a query of a user is, and an error is such a query's.
func (s *Store) Letters(ctx context.Context, l Lacked) ([]engine.DeadLetter, error) {
	rows, err := s.Query(ctx, l.sql(), Limits{})
	if err != nil {
		return nil, err
	}
	defer rows.Release()
	var out []engine.DeadLetter
	for rows.Next() {
		for i := range int(rows.RecordBatch().NumRows()) {
			d, err := letterOf(row{rows.RecordBatch(), i})
			if err != nil {
				return nil, err
			}
			out = append(out, d)
		}
	}
	return out, rows.Err()
}

// sql selects the letters. The user's condition stands in a query of its own, and may end in a comment.
func (l *Lacked) sql() string {
	where := "len(views) > 0"
	if l.Source != "" {
		where += " AND source = " + types.QuoteString(l.Source)
	}
	if !l.Before.IsZero() {
		where += fmt.Sprintf(" AND (replayed_at IS NULL OR replayed_at < make_timestamptz(%d) OR contains(error, %s))",
			l.Before.UnixMicro(), types.QuoteString(engine.GivenTogether))
	}
	from := "weir.dead_letters"
	if l.Where != "" {
		from = "(SELECT * FROM weir.dead_letters WHERE (" + l.Where + "\n)) AS dead_letters"
	}
	rows := lackedRows
	if l.Rows > 0 {
		rows = min(l.Rows, lackedRows)
	}
	first := fmt.Sprintf(`SELECT source, "partition", "offset", value, reason, meta::VARCHAR, views FROM %s WHERE %s ORDER BY ALL LIMIT %d`, from, where, rows)
	return fmt.Sprintf(`FROM (%s) QUALIFY sum(octet_length(value)) OVER (ORDER BY source, "partition", "offset", value) <= greatest(%d, octet_length(value))
		ORDER BY ALL`, first, lackedBytes)
}

func letterOf(r row) (d engine.DeadLetter, err error) {
	d = engine.DeadLetter{Source: r.text(0), Partition: r.text(1), Offset: r.int(2), Value: []byte(r.text(3)), Reason: r.text(4), Views: r.texts(6)}
	if !r.null(5) {
		d.Meta, err = metaOf(r.text(5))
	}
	return d, err
}

// texts reads a list of VARCHAR.
func (r row) texts(i int) []string {
	list := r.rows.Column(i).(*array.List)
	from, to := list.ValueOffsets(r.at)
	values := list.ListValues().(*array.String)
	out := make([]string, 0, to-from)
	for at := from; at < to; at++ {
		out = append(out, string([]byte(values.Value(int(at)))))
	}
	return out
}
