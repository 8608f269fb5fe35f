package json

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// outcome is what became of one record: refused, blank (neither row nor refusal), or a row of texts.
type outcome struct {
	state string
	cells string
	why   string
}

func (o outcome) same(p outcome) bool { return o.state == p.state && o.cells == p.cells }

// oracle reads records as DuckDB's read_json does.
type oracle struct {
	conn *sql.Conn
	path string
}

func newOracle(t testing.TB) *oracle {
	return &oracle{conn: openDuckDB(t), path: filepath.Join(t.TempDir(), "record.ndjson")}
}

// carried is the type whose text form a batch's layout has: DuckDB reads the batch back as this.
func carried(t types.Type) types.Type {
	switch t.ID {
	case types.UUID, types.JSON:
		return types.Of(types.Varchar)
	case types.HugeInt:
		return types.DecimalOf(38, 0)
	}
	fields := make([]types.Field, len(t.Fields))
	for i, f := range t.Fields {
		fields[i] = types.Field{Name: f.Name, Type: carried(f.Type)}
	}
	t.Fields = fields
	return t
}

// strict adds what this package refuses and read_json does not: both would break when the batch goes back to DuckDB.
func strict(name string, t types.Type) string {
	switch t.ID {
	case types.Map: // a key twice
		return "CASE WHEN " + name + " IS NOT NULL THEN MAP(map_keys(" + name + "), map_values(" + name + ")) END"
	case types.Interval: // beyond 2^63 nanoseconds
		return "CASE WHEN abs(date_part('hour', " + name + ")) >= 2562047 THEN error('too long') ELSE " + name + " END"
	case types.Struct:
		fields := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			fields[i] = types.QuoteString(f.Name) + ": " + strict(name+"["+types.QuoteString(f.Name)+"]", f.Type)
		}
		return "CASE WHEN " + name + " IS NOT NULL THEN {" + strings.Join(fields, ", ") + "} END"
	}
	return name
}

func rowSQL(columns []types.Field, convert bool) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		text := types.QuoteIdent(c.Name)
		if convert {
			text = strict(text, c.Type)
		}
		if convert && c.Type.Nested() {
			text = "CAST(" + text + " AS " + carried(c.Type).String() + ")"
		}
		if !convert && c.Type.ID == types.HugeInt { // a decimal of 39 digits cannot be printed
			text = "CAST(" + text + " AS HUGEINT)"
		}
		parts[i] = "coalesce(CAST(" + text + " AS VARCHAR), '<NULL>')"
	}
	return "concat_ws(' | ', " + strings.Join(parts, ", ") + ")"
}

// read has DuckDB read each record.
func (o *oracle) read(t testing.TB, columns []types.Field, records []string) []outcome {
	t.Helper()
	out := make([]outcome, len(records))
	for i, record := range records {
		rows, err := o.query(t, columns, record+"\n")
		switch {
		case err != nil:
			out[i] = outcome{state: "refused", why: err.Error()}
		case len(rows) == 0:
			out[i] = outcome{state: "blank"}
		default:
			out[i] = outcome{state: "row", cells: rows[0]}
		}
	}
	return out
}

// agrees reports whether DuckDB reads the records that were decoded to rows, in one file, as those rows. It is only there
// because a file for each record takes long.
func (o *oracle) agrees(t testing.TB, columns []types.Field, records []string, got []outcome) bool {
	t.Helper()
	var file strings.Builder
	var want []string
	for i, g := range got {
		if g.state == "row" {
			file.WriteString(records[i] + "\n")
			want = append(want, g.cells)
		}
	}
	rows, err := o.query(t, columns, file.String())
	return err == nil && slices.Equal(rows, want)
}

// query has DuckDB read a file. records=true because DuckDB would guess from the first records whether the file holds
// objects at all; a source always does.
func (o *oracle) query(t testing.TB, columns []types.Field, file string) ([]string, error) {
	t.Helper()
	if err := os.WriteFile(o.path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	var declared []string
	for _, c := range columns {
		declared = append(declared, types.QuoteString(c.Name)+": "+types.QuoteString(c.Type.String()))
	}
	query := fmt.Sprintf("SELECT %s FROM read_json(%s, columns={%s}, format='newline_delimited', records=true)",
		rowSQL(columns, true), types.QuoteString(o.path), strings.Join(declared, ", "))
	return texts(o.conn.QueryContext(context.Background(), query))
}

func texts(rows *sql.Rows, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// decodeAll decodes the records in one batch, and has DuckDB print the batch.
func decodeAll(t testing.TB, d engine.Decoder, conn *sql.Conn, columns []types.Field, records []string) []outcome {
	t.Helper()
	in := make([]engine.Record, len(records))
	for i, r := range records {
		in[i] = engine.Record{Offset: int64(i), Value: []byte(r)}
	}
	got, err := d.Decode(in)
	if err != nil {
		t.Fatalf("decode: %v", err)
	}
	defer got.Rows.Release()
	printed := printBatch(t, conn, columns, got)
	out := make([]outcome, len(records))
	for i := range out {
		out[i].state = "blank"
	}
	for row, cells := range printed {
		record := row
		if got.Record != nil {
			record = int(got.Record[row])
		}
		out[record] = outcome{state: "row", cells: cells}
	}
	for _, r := range got.Rejects {
		out[r.Record] = outcome{state: "refused", why: r.Reason}
	}
	return out
}

func printBatch(t testing.TB, conn *sql.Conn, columns []types.Field, d engine.Decoded) (out []string) {
	t.Helper()
	if d.Rows.NumRows() == 0 {
		return nil
	}
	var release func()
	err := conn.Raw(func(c any) (err error) {
		a, err := duckdb.NewArrowFromConn(c.(driver.Conn))
		if err == nil {
			release, err = registerRows(a, d.Rows.Schema(), d.Rows)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	out, err = texts(conn.QueryContext(context.Background(), "SELECT "+rowSQL(columns, false)+" FROM input_rows"))
	if err != nil {
		t.Fatalf("print the batch: %v", err)
	}
	if int64(len(out)) != d.Rows.NumRows() {
		t.Fatalf("DuckDB reads %d rows of a batch of %d", len(out), d.Rows.NumRows())
	}
	return out
}

// compare decodes the records in one batch and expects what DuckDB makes of each.
func compare(t *testing.T, o *oracle, d engine.Decoder, columns []types.Field, records []string) {
	t.Helper()
	got := decodeAll(t, d, o.conn, columns, records)
	doubt := make([]int, 0, len(records))
	agrees := o.agrees(t, columns, records, got)
	for i, g := range got {
		if !agrees || g.state != "row" {
			doubt = append(doubt, i)
		}
	}
	for _, i := range doubt {
		want := o.read(t, columns, records[i:i+1])[0]
		if !want.same(got[i]) {
			t.Errorf("%s of %q:\n got %s %q %s\nwant %s %q %s", types.StructOf(columns...), records[i],
				got[i].state, got[i].cells, got[i].why, want.state, want.cells, want.why)
		}
	}
}

func mustDecoder(t testing.TB, columns []types.Field, eval engine.Evaluator) *decoder {
	t.Helper()
	d, err := newDecoder(columns, "", eval)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
