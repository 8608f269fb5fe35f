package aggregate

import (
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// sampleColumn is a type and texts of values to draw from.
type sampleColumn struct {
	kind  types.Type
	texts []string
}

var numbers = []string{"NULL", "0", "1", "2", "3", "7", "100", "11", "42", "99", "17", "23"}

// samples are values of every type, with NULLs and the ends of each range.
func samples() []sampleColumn {
	of := types.Of
	return []sampleColumn{
		{of(types.Boolean), []string{"NULL", "true", "false"}},
		{of(types.TinyInt), append([]string{"-128", "127"}, numbers...)},
		{of(types.SmallInt), append([]string{"-32768", "32767"}, numbers...)},
		{of(types.Integer), append([]string{"-2147483648", "2147483647"}, numbers...)},
		{of(types.BigInt), append([]string{"-9223372036854775808", "9223372036854775807"}, numbers...)},
		{of(types.HugeInt), append([]string{"-99999999999999999999999999999999999", "99999999999999999999999999999999999"}, numbers...)},
		{of(types.UTinyInt), append([]string{"255"}, numbers...)},
		{of(types.USmallInt), append([]string{"65535"}, numbers...)},
		{of(types.UInteger), append([]string{"4294967295"}, numbers...)},
		{of(types.UBigInt), append([]string{"18446744073709551615"}, numbers...)},
		{of(types.Float), []string{"NULL", "1.5", "-3.25", "1e30", "0.1", "inf", "nan", "0", "2.5"}},
		{of(types.Double), []string{"NULL", "1.5", "-3.25", "1e300", "0.1", "inf", "nan", "-inf", "2.5"}},
		{types.DecimalOf(4, 1), append([]string{"-999.9", "999.9", "0.5"}, numbers...)},
		{types.DecimalOf(9, 3), append([]string{"-999999.999", "0.125"}, numbers...)},
		{types.DecimalOf(18, 2), append([]string{"-9999999999999999.99", "0.05"}, numbers...)},
		{types.DecimalOf(38, 10), append([]string{"-999999999999999999999999.9999999999", "0.0000000001"}, numbers...)},
		{of(types.Varchar), []string{"NULL", "", "a", "ab", "b", "Ünï", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "a longer text than twelve"}},
		{of(types.Blob), []string{"NULL", "", "a", `\x00\xFF`, `\xFF`, "ab"}},
		{of(types.Date), []string{"NULL", "1970-01-01", "1582-10-15", "2024-02-29", "9999-12-31"}},
		{of(types.Time), []string{"NULL", "00:00:00", "23:59:59.999999", "12:34:56"}},
		{of(types.Timestamp), []string{"NULL", "0001-01-01 00:00:00.000001", "1970-01-01 00:00:00", "1950-01-01 00:00:00.000001", "2024-02-29 12:00:00", "9999-12-31 23:59:59"}},
		{of(types.TimestampS), []string{"NULL", "1970-01-01 00:00:00", "1950-01-01 00:00:01", "2024-02-29 12:00:00"}},
		{of(types.TimestampMS), []string{"NULL", "1970-01-01 00:00:00", "1950-01-01 00:00:01.001", "2024-02-29 12:00:00"}},
		{of(types.TimestampNS), []string{"NULL", "1970-01-01 00:00:00", "1950-01-01 00:00:01.001", "2024-02-29 12:00:00"}},
		{of(types.TimestampTZ), []string{"NULL", "1970-01-01 00:00:00+00", "1950-01-01 00:00:01+00", "2024-02-29 12:00:00+00"}},
		{of(types.Interval), []string{"NULL", "1 month", "31 days", "25 hours", "-1 day", "1 year 2 days", "1 microsecond"}},
		{of(types.JSON), []string{"NULL", `{"a": 1}`, `{"a":1}`, `[1]`}},
		{of(types.UUID), []string{"NULL", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "7fffffff-0000-0000-0000-000000000001"}},
		{types.ListOf(of(types.Integer)), []string{"NULL", "[]", "[1, 2]", "[1, NULL]", "[2]"}},
		{types.ListOf(types.ListOf(of(types.Double))), []string{"NULL", "[]", "[[0.0], NULL, []]", "[[-0.0], NULL, []]", "[[nan]]"}},
		{types.StructOf(types.Field{Name: "a", Type: of(types.Integer)}, types.Field{Name: "b", Type: types.ListOf(of(types.Varchar))}),
			[]string{"NULL", "{'a': 1, 'b': [x, y]}", "{'a': NULL, 'b': NULL}", "{'a': 1, 'b': [x, yy]}"}},
		{types.MapOf(of(types.Varchar), of(types.Integer)), []string{"NULL", "{}", "{a=1, b=2}", "{b=2, a=1}", "{a=NULL}"}},
	}
}

// finite leaves out the floats of which variance has none.
func finite(texts []string) []string {
	var out []string
	for _, x := range texts {
		if !strings.Contains("nan inf -inf 1e300", x) {
			out = append(out, x)
		}
	}
	return out
}
