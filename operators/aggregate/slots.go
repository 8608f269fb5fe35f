package aggregate

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/keys"
)

// slots keeps one value of any type for each group, NULL before the first. Which row's value that is, its user decides, for a
// batch at a time.
type slots interface {
	grow(n int)
	// put sets the values of groups[i] to rows[i] of a. Of several rows for a group the last one stays. NULL is a value.
	put(groups, rows []uint32, a arrow.Array)
	// append appends the values of the groups.
	append(groups []uint32, b array.Builder)
	reset()
	free()
}

// newSlots makes the slots for a type.
func newSlots(t types.Type) slots {
	switch t.ID {
	case types.Boolean:
		return &boolSlots{}
	case types.Varchar, types.Blob, types.UUID, types.JSON:
		return &textSlots{}
	case types.Struct, types.List, types.Map, types.Null:
		return newEncodedSlots(t)
	case types.Float:
		return &fixedSlots[float32]{}
	case types.Double:
		return &fixedSlots[float64]{}
	case types.HugeInt, types.Decimal:
		return &fixedSlots[decimal128.Num]{}
	case types.Interval:
		return &fixedSlots[arrow.MonthDayNanoInterval]{}
	}
	return integerSlots(t)
}

// integerSlots is newSlots for what Arrow holds as integers.
func integerSlots(t types.Type) slots {
	switch t.ID {
	case types.TinyInt:
		return &fixedSlots[int8]{}
	case types.SmallInt:
		return &fixedSlots[int16]{}
	case types.Integer:
		return &fixedSlots[int32]{}
	case types.UTinyInt:
		return &fixedSlots[uint8]{}
	case types.USmallInt:
		return &fixedSlots[uint16]{}
	case types.UInteger:
		return &fixedSlots[uint32]{}
	case types.UBigInt:
		return &fixedSlots[uint64]{}
	case types.Date:
		return &fixedSlots[arrow.Date32]{}
	case types.Time:
		return &fixedSlots[arrow.Time64]{}
	case types.BigInt:
		return &fixedSlots[int64]{}
	}
	return &fixedSlots[arrow.Timestamp]{}
}

// fixedSlots is for values of a fixed width.
type fixedSlots[T any] struct {
	cells[candidate[T]]
	results results[T]
}

func (s *fixedSlots[T]) put(groups, rows []uint32, a arrow.Array) {
	values, valid, at := keys.Values[T](a), keys.ValidityOf(a), s.at
	rows = rows[:len(groups)]
	if !valid.Any() {
		for i, g := range groups {
			at[g] = candidate[T]{values[rows[i]], true}
		}
		return
	}
	for i, g := range groups {
		at[g] = candidate[T]{values[rows[i]], !valid.Null(rows[i])}
	}
}

func (s *fixedSlots[T]) append(groups []uint32, b array.Builder) {
	s.results.begin(len(groups))
	for _, g := range groups {
		s.results.add(s.at[g].value, s.at[g].seen)
	}
	s.results.appendTo(b.(appender[T]))
}

// boolSlots is for BOOLEAN.
type boolSlots struct {
	cells[candidate[bool]]
	results results[bool]
}

func (s *boolSlots) put(groups, rows []uint32, a arrow.Array) {
	values, valid := a.(*array.Boolean), keys.ValidityOf(a)
	for i, g := range groups {
		s.at[g] = candidate[bool]{values.Value(int(rows[i])), !valid.Null(rows[i])}
	}
}

func (s *boolSlots) append(groups []uint32, b array.Builder) {
	s.results.begin(len(groups))
	for _, g := range groups {
		s.results.add(s.at[g].value, s.at[g].seen)
	}
	s.results.appendTo(b.(*array.BooleanBuilder))
}

// textSlots is for strings and binary values.
type textSlots struct{ pieces }

func (s *textSlots) put(groups, rows []uint32, a arrow.Array) {
	offsets, data := keys.Bytes(a)
	valid := keys.ValidityOf(a)
	for i, g := range groups {
		r := rows[i]
		if valid.Null(r) {
			s.at[g].seen = false
			continue
		}
		s.pieces.put(&s.at[g], data[offsets[r]:offsets[r+1]])
	}
	s.tidy()
}

func (s *textSlots) append(groups []uint32, b array.Builder) {
	for _, g := range groups {
		c := &s.at[g]
		if !c.seen {
			b.AppendNull()
			continue
		}
		keys.AppendBytes(b, s.value(c))
	}
}

// encodedSlots is for values that hold others: as bytes.
type encodedSlots struct {
	pieces
	rows *keys.Rows
	at1  [1]int
}

func newEncodedSlots(t types.Type) slots { return &encodedSlots{rows: exactRows(t)} }

// exactRows encodes single values of a type as they are.
func exactRows(t types.Type) *keys.Rows {
	rows, err := keys.NewRows([]arrow.DataType{t.Arrow()}, true)
	if err != nil {
		panic(err) // every type of package types has an encoding
	}
	return rows
}

func (s *encodedSlots) put(groups, rows []uint32, a arrow.Array) {
	data, ends := s.rows.Encode([]arrow.Array{a}, rows)
	start := 0
	for i, g := range groups {
		s.pieces.put(&s.at[g], data[start:ends[i]])
		start = ends[i]
	}
	s.tidy()
}

func (s *encodedSlots) append(groups []uint32, b array.Builder) {
	builders := []array.Builder{b}
	for _, g := range groups {
		c := &s.at[g]
		if !c.seen {
			b.AppendNull()
			continue
		}
		s.at1[0] = c.start
		s.rows.Decode(builders, s.arena, s.at1[:])
	}
}
