package flightsql

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// row is a batch of one row, whose values are JSON.
func row(t *testing.T, types []arrow.DataType, json string) arrow.RecordBatch {
	t.Helper()
	fields := make([]arrow.Field, len(types))
	for i, of := range types {
		fields[i] = arrow.Field{Name: fmt.Sprint(i), Type: of, Nullable: true}
	}
	batch, _, err := array.RecordFromJSON(memory.DefaultAllocator, arrow.NewSchema(fields, nil), strings.NewReader(json))
	check(t, err)
	return batch
}

// execute binds parameters and runs a prepared statement.
func execute(t *testing.T, c *flightsql.Client, p *flightsql.PreparedStatement, parameters arrow.RecordBatch) ([]string, error) {
	t.Helper()
	p.SetParameters(parameters)
	info, err := p.Execute(t.Context())
	if err != nil {
		return nil, err
	}
	return fetch(t.Context(), c, info)
}

// TestParameters: values keep their types on the way, and stand for themselves, whatever is written in them.
func TestParameters(t *testing.T) {
	address, _, _ := testServer(t, Options{})
	c := dial(t, address)
	for _, x := range []struct {
		sql   string
		types []arrow.DataType
		json  string
		want  string
	}{
		{"SELECT bids FROM hot WHERE bids > ? AND channel = ?", []arrow.DataType{arrow.PrimitiveTypes.Int32, arrow.BinaryTypes.String}, `[{"0": 0, "1": "app"}]`, "1"},
		{"SELECT bids FROM hot WHERE channel = $2 AND bids < $1", []arrow.DataType{arrow.PrimitiveTypes.Int64, arrow.BinaryTypes.LargeString}, `[{"0": 9, "1": "app"}]`, "1"},
		{"SELECT bids FROM hot WHERE window_start = ?", []arrow.DataType{&arrow.TimestampType{Unit: arrow.Microsecond}}, `[{"0": "2026-01-01T10:00:10"}]`, "1"},
		{"SELECT bids FROM hot WHERE window_start > ?", []arrow.DataType{&arrow.TimestampType{Unit: arrow.Nanosecond}}, `[{"0": "2026-01-01T10:00:00"}]`, "1"},
		{"SELECT bids FROM hot WHERE window_start > ?", []arrow.DataType{arrow.BinaryTypes.String}, `[{"0": "2026-01-01 10:00:00"}]`, "1"},
		{"SELECT bids FROM hot ORDER BY bids LIMIT ?", []arrow.DataType{arrow.PrimitiveTypes.Uint8}, `[{"0": 1}]`, "0"},
		{"SELECT ? || ''' OR 1 = 1 --'", []arrow.DataType{arrow.BinaryTypes.String}, `[{"0": "x'; DROP TABLE hot; --"}]`, "x'; DROP TABLE hot; --' OR 1 = 1 --"},
		{"SELECT ? + 0.5, ?::DOUBLE, typeof(?)", []arrow.DataType{arrow.PrimitiveTypes.Float64, arrow.PrimitiveTypes.Float32, arrow.FixedWidthTypes.Boolean},
			`[{"0": 1.25, "1": 0.5, "2": true}]`, "1.75|0.5|BOOLEAN"},
		{"SELECT ? + 1::DECIMAL(9, 2), ? IS NULL", []arrow.DataType{&arrow.Decimal128Type{Precision: 9, Scale: 2}, arrow.BinaryTypes.String}, `[{"0": "1.25", "1": null}]`, "2.25|true"},
		{"SELECT CAST(? AS DATE) + 1, typeof(?)", []arrow.DataType{arrow.FixedWidthTypes.Date32, arrow.FixedWidthTypes.Time64us}, `[{"0": "2026-03-01", "1": "10:00:01"}]`, "2026-03-02|TIME"},
		{"SELECT octet_length(?), typeof(?)", []arrow.DataType{arrow.BinaryTypes.Binary, &arrow.TimestampType{Unit: arrow.Millisecond, TimeZone: "UTC"}}, `[{"0": "AAH/", "1": "2026-01-01T10:00:00Z"}]`, "3|TIMESTAMP WITH TIME ZONE"},
	} {
		p, err := c.Prepare(t.Context(), x.sql)
		if err != nil {
			t.Errorf("%s: %v", x.sql, err)
			continue
		}
		rows, err := execute(t, c, p, row(t, x.types, x.json))
		if err != nil || strings.Join(rows, "\n") != x.want {
			t.Errorf("%s: %q, %v", x.sql, rows, err)
		}
		check(t, p.Close(t.Context()))
	}
}

// TestPrepared: a statement is run again and again with other values; what is not bound, or is bound wrongly, is told.
func TestPrepared(t *testing.T) {
	address, _, s := testServer(t, Options{MaxPrepared: 3})
	c := dial(t, address)
	p, err := c.Prepare(t.Context(), "SELECT channel, bids FROM hot WHERE bids = ?")
	check(t, err)
	if got := p.DatasetSchema(); got == nil || got.NumFields() != 2 || got.Field(1).Type != arrow.PrimitiveTypes.Int64 {
		t.Errorf("the columns are %s", got)
	}
	if got := p.ParameterSchema(); got == nil || got.NumFields() != 1 || got.Field(0).Type != arrow.PrimitiveTypes.Int64 {
		t.Errorf("the parameters are %s", got)
	}
	integer := []arrow.DataType{arrow.PrimitiveTypes.Int64}
	for value, want := range []string{"web|0", "app|1", ""} {
		rows, err := execute(t, c, p, row(t, integer, fmt.Sprintf(`[{"0": %d}]`, value)))
		if err != nil || strings.Join(rows, " ") != want {
			t.Errorf("%d: %q, %v", value, rows, err)
		}
	}
	for json, types := range map[string][]arrow.DataType{`[{"0": 1}, {"0": 2}]`: integer, `[{"0": 1, "1": 2}]`: {integer[0], integer[0]},
		`[{"0": [1]}]`: {arrow.ListOf(arrow.PrimitiveTypes.Int64)}} {
		if rows, err := execute(t, c, p, row(t, types, json)); err == nil {
			t.Errorf("%s is bound, and gives %q", json, rows)
		}
	}
	unbound, err := c.Prepare(t.Context(), "SELECT ? AS x")
	check(t, err)
	if info, err := unbound.Execute(t.Context()); err == nil {
		if rows, err := fetch(t.Context(), c, info); err == nil {
			t.Errorf("nothing is bound, and it gives %q", rows)
		}
	}
	if rows, err := execute(t, c, unbound, row(t, integer, `[{"0": 7}]`)); err != nil || !slices.Equal(rows, []string{"7"}) {
		t.Errorf("of a type that the values decide: %q, %v", rows, err)
	}
	for range 3 { // p is the one that was used least recently, then unbound
		_, err := c.Prepare(t.Context(), "SELECT 1")
		check(t, err)
	}
	if _, err := execute(t, c, p, row(t, integer, `[{"0": 1}]`)); status.Code(err) != codes.NotFound {
		t.Errorf("a statement that others have taken the place of: %v", err)
	}
	if len(s.prepared) != 3 {
		t.Errorf("%d statements are kept", len(s.prepared))
	}
	if _, err := c.Prepare(t.Context(), "DELETE FROM hot"); status.Code(err) != codes.PermissionDenied {
		t.Errorf("%v", err)
	}
}
