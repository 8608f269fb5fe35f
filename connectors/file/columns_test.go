package file

import (
	"fmt"
	"os"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// everyType is a query of a few rows, one of them all NULL, and the columns as they are declared.
const everyType = `SELECT * FROM (VALUES
	(true, 1::TINYINT, -2::INTEGER, 9007199254740993, 255::UTINYINT, 18446744073709551615::UBIGINT, 0.1::FLOAT, 0.1::DOUBLE, 12.50::DECIMAL(10,2),
	 123456789012345678901234567890.12345678::DECIMAL(38,8), 'é"', 'ab'::BLOB, DATE '2024-02-29', TIME '01:02:03.5', TIMESTAMP '2024-01-02 03:04:05.678901',
	 TIMESTAMPTZ '2024-01-02 03:04:05+00', TIMESTAMP_NS '2024-01-02 03:04:05.123456789', UUID '00112233-4455-6677-8899-aabbccddeeff', '{"k": 1}'::JSON,
	 {'room': 'x', 'floor': 2}, ['p', NULL, 'q'], MAP {'m': 1},
	 INTERVAL '14 months 3 days 04:05:06.789'),
	(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL))
	t(bo, ti, i, bi, ut, ub, f, d, de, dw, s, bl, da, tm, ts, tz, tn, uu, js, st, li, ma, iv)`

func everyColumn() []types.Field {
	return []types.Field{col("bo", types.Boolean), col("ti", types.TinyInt), col("i", types.Integer), col("bi", types.BigInt), col("ut", types.UTinyInt),
		col("ub", types.UBigInt), col("f", types.Float), col("d", types.Double), {Name: "de", Type: types.DecimalOf(10, 2)}, {Name: "dw", Type: types.DecimalOf(38, 8)},
		col("s", types.Varchar), col("bl", types.Blob), col("da", types.Date), col("tm", types.Time), col("ts", types.Timestamp), col("tz", types.TimestampTZ),
		col("tn", types.TimestampNS), col("uu", types.UUID), col("js", types.JSON), {Name: "st", Type: types.StructOf(col("room", types.Varchar), col("floor", types.Integer))},
		{Name: "li", Type: types.ListOf(types.Of(types.Varchar))}, {Name: "ma", Type: types.MapOf(types.Of(types.Varchar), types.Of(types.Integer))},
		col("iv", types.Interval)}
}

func TestParquetOfEveryType(t *testing.T) {
	f := newFolder(t)
	_, err := f.db.Exec(fmt.Sprintf("COPY (%s) TO '%s' (FORMAT parquet)", everyType, f.path("a.parquet")))
	check(t, err)
	for _, column := range everyColumn() {
		one := []types.Field{column}
		out := f.all(f.source("parquet", one), engine.ReadOptions{})
		equal(t, column.Name, rowTexts(out.items["a.parquet"]), f.query("SELECT * FROM ("+everyType+")", one))
		equal(t, column.Name, out.rejects["a.parquet"], []item(nil))
	}
	jsonAsText := []types.Field{col("js", types.Varchar)}
	out := f.all(f.source("parquet", jsonAsText), engine.ReadOptions{})
	equal(t, "JSON as VARCHAR", out.items["a.parquet"], []item{{0, `{"k": 1}`}, {1, "∅"}})
	out = f.all(f.source("parquet", everyColumn()), engine.ReadOptions{})
	equal(t, "all columns", rowTexts(out.items["a.parquet"]), f.query("SELECT * FROM ("+everyType+")", everyColumn()))
}

// TestArrowOfEveryType writes what the Parquet reader read as Arrow, and reads that.
func TestArrowOfEveryType(t *testing.T) {
	for _, stream := range []bool{false, true} {
		f := newFolder(t)
		_, err := f.db.Exec(fmt.Sprintf("COPY (%s) TO '%s' (FORMAT parquet)", everyType, f.path("a.parquet")))
		check(t, err)
		r := f.open(f.source("parquet", everyColumn()), engine.ReadOptions{})
		fetches, err := r.Poll(t.Context())
		check(t, err)
		rows := fetches[0].Rows
		defer rows.Release()
		writeBatch(f, "b.arrow", stream, rows)
		out := f.all(f.source("arrow", everyColumn(), "path", f.path("b.arrow")), engine.ReadOptions{})
		equal(t, "arrow", rowTexts(out.items["b.arrow"]), f.query("SELECT * FROM ("+everyType+")", everyColumn()))
	}
}

func writeBatch(f *folder, name string, stream bool, rows arrow.RecordBatch) {
	f.Helper()
	file, err := os.Create(f.path(name))
	check(f, err)
	defer file.Close()
	if stream {
		w := ipc.NewWriter(file, ipc.WithSchema(rows.Schema()), ipc.WithZstd())
		check(f, w.Write(rows))
		check(f, w.Close())
		return
	}
	w, err := ipc.NewFileWriter(file, ipc.WithSchema(rows.Schema()), ipc.WithLZ4())
	check(f, err)
	check(f, w.Write(rows))
	check(f, w.Close())
}

// TestColumnsAreConverted declares other types than the file has: wider, narrower, missing, and in another order and case.
func TestColumnsAreConverted(t *testing.T) {
	f := newFolder(t)
	_, err := f.db.Exec(fmt.Sprintf(`COPY (SELECT i::INTEGER AS n, CASE WHEN i = 5001 THEN 'oops' ELSE i::VARCHAR END AS s, {'a': i} AS st, i AS unused FROM range(6000) t(i))
		TO '%s' (FORMAT parquet)`, f.path("a.parquet")))
	check(t, err)
	columns := []types.Field{col("s", types.BigInt), col("missing", types.Date), col("N", types.HugeInt), {Name: "st", Type: types.StructOf(col("a", types.Varchar))}}
	out := f.all(f.source("parquet", columns), engine.ReadOptions{})
	items := out.items["a.parquet"]
	if len(items) != 5999 {
		t.Fatalf("%d rows", len(items))
	}
	equal(t, "before the bad row", items[5000], item{5000, "5000|∅|5000|{'a': 5000}"})
	equal(t, "after the bad row", items[5001], item{5002, "5002|∅|5002|{'a': 5002}"})
	equal(t, "dead letter", out.rejects["a.parquet"], []item{{5001, `[{"n":5001,"s":"oops","st":{"a":5001}}` + "\n] | column s: 'oops' is no BIGINT"}})
}

func TestParquetWithoutTheColumns(t *testing.T) {
	f := newFolder(t)
	writeParquet(f, "a.parquet", 5000)
	for _, columns := range [][]types.Field{{}, {col("missing", types.Integer)}} {
		out := f.all(f.source("parquet", twoColumns), engine.ReadOptions{Columns: columns})
		items := out.items["a.parquet"]
		if len(items) != 5000 || items[4999].offset != 4999 {
			t.Errorf("%d rows of %v", len(items), columns)
		}
	}
}

func TestEmptyColumnFiles(t *testing.T) {
	f := newFolder(t)
	writeParquet(f, "a.parquet", 0)
	out := f.all(f.source("parquet", twoColumns), engine.ReadOptions{})
	if len(out.items) != 0 || !out.ended["a.parquet"] || len(out.rejects) != 0 {
		t.Errorf("items %v, ended %v, rejects %v", out.items, out.ended, out.rejects)
	}
	f = newFolder(t)
	writeIPC(f, "a", false)
	writeIPC(f, "b", true)
	f.write("c", "")
	out = f.all(f.source("arrow", twoColumns), engine.ReadOptions{})
	if len(out.items) != 0 || len(out.ended) != 3 || len(out.rejects) != 0 {
		t.Errorf("items %v, ended %v, rejects %v", out.items, out.ended, out.rejects)
	}
}

// TestDamagedFilesAreDeadLetters checks that one bad file is named and the others are read.
func TestDamagedFilesAreDeadLetters(t *testing.T) {
	f := newFolder(t)
	writeParquet(f, "good", 10)
	writeParquet(f, "cut", 10)
	check(t, os.Truncate(f.path("cut"), 100))
	f.write("text", "this is no parquet file")
	f.write("lies", "PAR1 this is no parquet file PAR1")
	out := f.all(f.source("parquet", twoColumns), engine.ReadOptions{})
	if len(out.items["good"]) != 10 {
		t.Errorf("the good file: %v", out.items)
	}
	for _, name := range []string{"cut", "text", "lies"} {
		if len(out.rejects[name]) != 1 || !out.ended[name] {
			t.Errorf("%s: rejects %v, ended %v", name, out.rejects[name], out.ended[name])
		}
	}
	f = newFolder(t)
	f.write("a.gz", gzipText(jsonLines(10))[:40])
	f.write("b.gz", "no gzip")
	f.write("c.zst", "no zstd")
	f.write("d.gz", gzipText("{1}\n{2}\n"))
	out = f.all(f.source("json", nil), engine.ReadOptions{})
	equal(t, "good gzip", out.texts("d.gz"), "{1} {2}")
	for _, name := range []string{"a.gz", "b.gz", "c.zst"} {
		if len(out.rejects[name]) != 1 || !out.ended[name] {
			t.Errorf("%s: rejects %v, ended %v", name, out.rejects[name], out.ended[name])
		}
	}
}

// TestParquetWithDictionary reads strings that Arrow keeps as a dictionary.
func TestParquetWithDictionary(t *testing.T) {
	f := newFolder(t)
	b := dictionaryBatch()
	defer b.Release()
	file, err := os.Create(f.path("a.parquet"))
	check(t, err)
	table := tableOf(b)
	defer table.Release()
	check(t, pqarrow.WriteTable(table, file, 2, parquet.NewWriterProperties(), pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema())))
	out := f.all(f.source("parquet", twoColumns[1:]), engine.ReadOptions{})
	equal(t, "dictionary", out.texts("a.parquet"), "x y ∅ x")
	writeBatch(f, "b.arrow", true, b)
	out = f.all(f.source("arrow", twoColumns[1:], "path", f.path("b.arrow")), engine.ReadOptions{})
	equal(t, "dictionary", out.texts("b.arrow"), "x y ∅ x")
}

func dictionaryBatch() arrow.RecordBatch {
	typ := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{{Name: "s", Type: typ, Nullable: true}}, nil))
	d := b.Field(0).(*array.BinaryDictionaryBuilder)
	for _, s := range []string{"x", "y", "", "x"} {
		if s == "" {
			d.AppendNull()
			continue
		}
		if err := d.AppendString(s); err != nil {
			panic(err)
		}
	}
	return b.NewRecordBatch()
}

func tableOf(b arrow.RecordBatch) arrow.Table {
	return array.NewTableFromRecords(b.Schema(), []arrow.RecordBatch{b})
}
