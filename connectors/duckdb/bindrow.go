package duckdb

import (
	"context"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// QueryRow is Query for a statement whose parameters $1, $2, … are the columns of a batch with one row; nil if it has none. The batch is only
// read before QueryRow returns.
func (s *Store) QueryRow(ctx context.Context, sql string, parameters arrow.RecordBatch, limits Limits) (*Rows, error) {
	if parameters == nil {
		return s.Query(ctx, sql, limits)
	}
	return s.queryWith(ctx, sql, func(p *statement) error { return p.bindRow(parameters) }, limits)
}

// bindRow sets the parameters to the values of a batch's row.
func (p *statement) bindRow(row arrow.RecordBatch) error {
	if n := int(mapping.NParams(p.stmt)); n != int(row.NumCols()) || row.NumRows() != 1 {
		return fmt.Errorf("the statement has %d parameters, %d rows of %d were given", n, row.NumRows(), row.NumCols())
	}
	for i, column := range row.Columns() {
		at, err := p.parameter(i + 1)
		if err != nil {
			return err
		}
		state, known := p.bindCell(at, column)
		if !known {
			return fmt.Errorf("parameter $%d: values of type %s cannot be bound: cast it to a number, a text, bytes or a time", i+1, column.DataType())
		}
		if state == mapping.StateError {
			return fmt.Errorf("cannot bind parameter $%d", i+1)
		}
	}
	return nil
}

// bindCell sets a parameter to the first value of a column. It reports false for types that no parameter has.
func (p *statement) bindCell(at mapping.IdxT, column arrow.Array) (state mapping.State, known bool) {
	if column.IsNull(0) {
		return mapping.BindNull(p.stmt, at), true
	}
	for _, bind := range []func(mapping.IdxT, arrow.Array) (mapping.State, bool){p.bindNumber, p.bindTime, p.bindBytes} {
		if state, known = bind(at, column); known {
			return state, true
		}
	}
	return mapping.StateError, false
}

func (p *statement) bindNumber(at mapping.IdxT, column arrow.Array) (mapping.State, bool) {
	switch c := column.(type) {
	case *array.Boolean:
		return mapping.BindBoolean(p.stmt, at, c.Value(0)), true
	case *array.Int8:
		return mapping.BindInt8(p.stmt, at, c.Value(0)), true
	case *array.Int16:
		return mapping.BindInt16(p.stmt, at, c.Value(0)), true
	case *array.Int32:
		return mapping.BindInt32(p.stmt, at, c.Value(0)), true
	case *array.Int64:
		return mapping.BindInt64(p.stmt, at, c.Value(0)), true
	case *array.Uint8:
		return mapping.BindUInt8(p.stmt, at, c.Value(0)), true
	case *array.Uint16:
		return mapping.BindUInt16(p.stmt, at, c.Value(0)), true
	case *array.Uint32:
		return mapping.BindUInt32(p.stmt, at, c.Value(0)), true
	case *array.Uint64:
		return mapping.BindUInt64(p.stmt, at, c.Value(0)), true
	case *array.Float32:
		return mapping.BindFloat(p.stmt, at, c.Value(0)), true
	case *array.Float64:
		return mapping.BindDouble(p.stmt, at, c.Value(0)), true
	case *array.Decimal128:
		t, v := c.DataType().(*arrow.Decimal128Type), c.Value(0)
		return mapping.BindDecimal(p.stmt, at, mapping.NewDecimal(uint8(t.Precision), uint8(t.Scale), mapping.NewHugeInt(v.LowBits(), v.HighBits()))), true
	}
	return mapping.StateError, false
}

func (p *statement) bindTime(at mapping.IdxT, column arrow.Array) (mapping.State, bool) {
	const nanosAMicro = 1000
	switch c := column.(type) {
	case *array.Date32:
		return mapping.BindDate(p.stmt, at, mapping.NewDate(int32(c.Value(0)))), true
	case *array.Date64:
		return mapping.BindDate(p.stmt, at, mapping.NewDate(int32(c.Value(0)/86_400_000))), true
	case *array.Time32:
		unit := int64(c.DataType().(*arrow.Time32Type).Unit.Multiplier()) / nanosAMicro
		return mapping.BindTime(p.stmt, at, mapping.NewTime(int64(c.Value(0))*unit)), true
	case *array.Time64:
		unit := int64(c.DataType().(*arrow.Time64Type).Unit.Multiplier())
		return mapping.BindTime(p.stmt, at, mapping.NewTime(int64(c.Value(0))*unit/nanosAMicro)), true
	case *array.Timestamp:
		t := c.DataType().(*arrow.TimestampType)
		moment := mapping.NewTimestamp(microsOf(int64(c.Value(0)), t.Unit))
		if t.TimeZone != "" {
			return mapping.BindTimestampTZ(p.stmt, at, moment), true
		}
		return mapping.BindTimestamp(p.stmt, at, moment), true
	}
	return mapping.StateError, false
}

// microsOf turns a time in a unit into one in microseconds.
func microsOf(v int64, unit arrow.TimeUnit) int64 {
	switch unit {
	case arrow.Second:
		return v * 1_000_000
	case arrow.Millisecond:
		return v * 1000
	case arrow.Nanosecond:
		return v / 1000
	}
	return v
}

func (p *statement) bindBytes(at mapping.IdxT, column arrow.Array) (mapping.State, bool) {
	switch c := column.(type) {
	case array.StringLike:
		text := c.Value(0)
		return mapping.BindVarcharLength(p.stmt, at, text, mapping.IdxT(len(text))), true
	case interface{ Value(i int) []byte }:
		return mapping.BindBlob(p.stmt, at, c.Value(0)), true
	}
	return mapping.StateError, false
}
