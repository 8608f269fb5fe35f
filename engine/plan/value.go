package plan

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// Value is a constant. Which field holds it follows from the type that stands beside it:
//
//	BOOLEAN                              Bool
//	TINYINT … BIGINT, UTINYINT … UINTEGER  Int
//	DATE, TIME, TIMESTAMP*               Int: days, or units since the epoch, as in Arrow
//	FLOAT, DOUBLE                        Text: shortest decimal form, or nan, inf, -inf
//	UBIGINT, HUGEINT, DECIMAL, VARCHAR, JSON, UUID, BLOB  Text: DuckDB's text form
//	INTERVAL                             Interval
//	STRUCT, LIST, MAP                    Items: fields, elements, or {key, value} structs
type Value struct {
	Null     bool      `json:"null,omitempty"`
	Bool     bool      `json:"bool,omitempty"`
	Int      int64     `json:"int,omitempty"`
	Text     string    `json:"text,omitempty"`
	Interval *Interval `json:"interval,omitempty"`
	Items    []Value   `json:"items,omitempty"`
}

// Interval is a span of time in DuckDB's three independent parts.
type Interval struct {
	Months int32 `json:"months,omitempty"`
	Days   int32 `json:"days,omitempty"`
	Micros int64 `json:"micros,omitempty"`
}

// Float returns a FLOAT's or DOUBLE's value.
func (v *Value) Float() float64 {
	f, err := strconv.ParseFloat(v.Text, 64)
	if err != nil {
		return math.NaN()
	}
	return f
}

// FloatValue is the constant f.
func FloatValue(f float64) Value { return Value{Text: strconv.FormatFloat(f, 'g', -1, 64)} }

// SQL prints the constant as a DuckDB expression of type t.
func (v *Value) SQL(t types.Type) string {
	if v.Null {
		return "CAST(NULL AS " + t.String() + ")"
	}
	switch t.ID {
	case types.Varchar:
		return types.QuoteString(v.Text)
	case types.Boolean:
		return strconv.FormatBool(v.Bool)
	case types.Interval:
		i := v.Interval
		return fmt.Sprintf("(to_months(%d) + to_days(%d) + to_microseconds(%d))", i.Months, i.Days, i.Micros)
	case types.Struct:
		return v.structSQL(t)
	case types.List:
		return fmt.Sprintf("CAST([%s] AS %s)", v.itemsSQL(t.Element()), t)
	case types.Map:
		return v.mapSQL(t)
	case types.Float, types.Double, types.UBigInt, types.HugeInt, types.Decimal, types.Blob, types.UUID, types.JSON:
		return fmt.Sprintf("CAST(%s AS %s)", types.QuoteString(v.Text), t)
	}
	return v.intSQL(t)
}

// epochs are the functions and types that turn an Arrow integer back into a date or time.
var epochs = map[types.ID]string{
	types.Date:        "(DATE '1970-01-01' + CAST(%d AS INTEGER))",
	types.Time:        "(TIME '00:00:00' + to_microseconds(%d))",
	types.Timestamp:   "make_timestamp(%d)",
	types.TimestampS:  "CAST(make_timestamp(%d * 1000000) AS TIMESTAMP_S)",
	types.TimestampMS: "CAST(make_timestamp(%d * 1000) AS TIMESTAMP_MS)",
	types.TimestampNS: "make_timestamp_ns(%d)",
	types.TimestampTZ: "CAST(make_timestamp(%d) AS TIMESTAMP WITH TIME ZONE)",
}

func (v *Value) intSQL(t types.Type) string {
	if form, ok := epochs[t.ID]; ok {
		return fmt.Sprintf(form, v.Int)
	}
	return fmt.Sprintf("CAST(%d AS %s)", v.Int, t)
}

func (v *Value) itemsSQL(t types.Type) string {
	parts := make([]string, len(v.Items))
	for i := range v.Items {
		parts[i] = v.Items[i].SQL(t)
	}
	return strings.Join(parts, ", ")
}

func (v *Value) structSQL(t types.Type) string {
	parts := make([]string, len(v.Items))
	for i := range v.Items {
		parts[i] = v.Items[i].SQL(t.Fields[i].Type)
	}
	return structSQL(t.Fields, parts)
}

func (v *Value) mapSQL(t types.Type) string {
	var keys, values []string
	for i := range v.Items {
		keys = append(keys, v.Items[i].Items[0].SQL(t.Fields[0].Type))
		values = append(values, v.Items[i].Items[1].SQL(t.Fields[1].Type))
	}
	return fmt.Sprintf("CAST(MAP([%s], [%s]) AS %s)", strings.Join(keys, ", "), strings.Join(values, ", "), t)
}
