package duckdb

import (
	"context"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// row is one row of an internal query's result.
type row struct {
	rows arrow.RecordBatch
	at   int
}

func (r row) null(i int) bool { return r.rows.Column(i).IsNull(r.at) }

// text reads a VARCHAR or BLOB. The string is the caller's own.
func (r row) text(i int) string {
	switch c := r.rows.Column(i).(type) {
	case *array.String:
		return string([]byte(c.Value(r.at)))
	case *array.Binary:
		return string(c.Value(r.at))
	}
	return r.rows.Column(i).ValueStr(r.at)
}

// int reads an INTEGER, BIGINT or timestamp.
func (r row) int(i int) int64 {
	switch c := r.rows.Column(i).(type) {
	case *array.Int64:
		return c.Value(r.at)
	case *array.Int32:
		return int64(c.Value(r.at))
	case *array.Timestamp:
		return int64(c.Value(r.at))
	}
	panic(fmt.Sprintf("duckdb: column %d is %s, not an integer", i, r.rows.Column(i).DataType()))
}

// each runs a query and calls yield with each row of its result. The row is lent for the call.
func (s *session) each(ctx context.Context, sql string, yield func(r row), args ...any) error {
	p, err := s.prepare(sql)
	if err != nil {
		return err
	}
	defer p.close()
	if err := p.bind(args...); err != nil {
		return err
	}
	return p.each(ctx, yield)
}

// each runs the statement and calls yield with each row of its result. The row is lent for the call.
func (p *statement) each(ctx context.Context, yield func(r row)) error {
	columns, err := p.columns()
	if err != nil {
		return err
	}
	res, err := p.query(ctx, columns, false)
	if err != nil {
		return err
	}
	defer res.close()
	for {
		rows, err := res.next(ctx)
		if err != nil || rows == nil {
			return err
		}
		for i := range int(rows.NumRows()) {
			yield(row{rows, i})
		}
		rows.Release()
	}
}
