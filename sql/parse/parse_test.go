package parse

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStatements(t *testing.T) {
	text := `-- bids
CREATE SOURCE bid (
    auction BIGINT, "odd name" STRUCT(a INTEGER, b VARCHAR[]), price DECIMAL(10, 2),
    WATERMARK FOR date_time AS date_time - INTERVAL '4 seconds'
) WITH (connector = 'kafka', brokers = 'it''s', rate = 10, back = -1, on = true);
CREATE OR REPLACE MATERIALIZED VIEW hot WITH (emit = 'close') AS
SELECT ';' AS x /* ; */ FROM bid;
CREATE SINK out WITH (connector = 'stdout') AS FROM hot;
DROP MATERIALIZED VIEW IF EXISTS hot; SHOW QUERIES; DESCRIBE bid; EXPLAIN hot; EXPLAIN SELECT 1;
ALTER MATERIALIZED VIEW hot PAUSE; ALTER SINK "o u t" RESUME`
	got, err := Statements(text)
	if err != nil {
		t.Fatal(err)
	}
	source := got[0].(CreateSource)
	if n := len(source.Columns); n != 3 || source.Columns[1].Type.Of(text) != "STRUCT(a INTEGER, b VARCHAR[])" {
		t.Errorf("columns: %+v", source.Columns)
	}
	if source.Columns[1].Name != "odd name" || source.Watermark.Expr.Of(text) != "date_time - INTERVAL '4 seconds'" {
		t.Errorf("source: %+v", source)
	}
	want := map[string]string{"connector": "kafka", "brokers": "it's", "rate": "10", "back": "-1", "on": "true"}
	given := map[string]string{}
	for k, v := range source.With {
		given[k] = v.Text
	}
	if diff := cmp.Diff(want, given); diff != "" {
		t.Errorf("options: %s", diff)
	}
	view := got[1].(CreateView)
	if !view.Replace || view.Select.Of(text) != "SELECT ';' AS x /* ; */ FROM bid" {
		t.Errorf("view: %+v %q", view, view.Select.Of(text))
	}
	if s := got[2].(CreateSink); s.View != "hot" {
		t.Errorf("sink: %+v", s)
	}
	pause, resume := got[8].(Alter), got[9].(Alter)
	if pause.Kind != View || pause.Name != "hot" || !pause.Pause || resume.Kind != Sink || resume.Name != "o u t" || resume.Pause {
		t.Errorf("alter: %+v, %+v", pause, resume)
	}
	if len(got) != 10 {
		t.Errorf("%d statements", len(got))
	}
}

func TestAlterColumn(t *testing.T) {
	text := `ALTER SOURCE s ADD COLUMN IF NOT EXISTS "X y" STRUCT(a INTEGER, b VARCHAR)[] CASCADE; ALTER SOURCE s ADD x DECIMAL(10, 2); ALTER SOURCE s DROP COLUMN IF EXISTS x`
	got, err := Statements(text)
	if err != nil || len(got) != 3 {
		t.Fatal(err, len(got))
	}
	for i, want := range []string{`X y: "STRUCT(a INTEGER, b VARCHAR)[]" drop false lenient true cascade true`,
		`x: "DECIMAL(10, 2)" drop false lenient false cascade false`, `x: "" drop true lenient true cascade false`} {
		c := got[i].(Alter).Column
		if s := fmt.Sprintf("%s: %q drop %t lenient %t cascade %t", c.Name, c.Type.Of(text), c.Drop, c.Lenient, c.Cascade); s != want {
			t.Errorf("%s, want %s", s, want)
		}
	}
}

func TestSinksOfWeirsTables(t *testing.T) {
	text := `CREATE SINK a WITH (connector = 'x') AS FROM weir.dead_letters WHERE source = ';' AND (true); CREATE SINK b AS SELECT * FROM weir.late_rows`
	got, err := Statements(text)
	if err != nil || len(got) != 2 {
		t.Fatal(err, len(got))
	}
	a, b := got[0].(CreateSink), got[1].(CreateSink)
	if a.Schema != "weir" || a.View != "dead_letters" || a.Where.Of(text) != "source = ';' AND (true)" {
		t.Errorf("%+v %q", a, a.Where.Of(text))
	}
	if b.Schema != "weir" || b.View != "late_rows" || b.Where != (Span{}) {
		t.Errorf("%+v", b)
	}
}

func TestMacros(t *testing.T) {
	text := `CREATE MACRO a(x, y := (1)) AS (x + y); CREATE OR REPLACE FUNCTION "B c" (t) AS TABLE FROM query_table(t);
CREATE MACRO IF NOT EXISTS c(a) AS a, (a, b) AS a + b; DROP MACRO a; DROP MACRO TABLE IF EXISTS b; SHOW MACROS`
	got, err := Statements(text)
	if err != nil || len(got) != 6 {
		t.Fatal(err, len(got))
	}
	for i, want := range []CreateMacro{{Name: "a"}, {Name: "B c", Replace: true, Table: true}, {Name: "c", IfMissing: true}} {
		m := got[i].(CreateMacro)
		if m.Name != want.Name || m.Replace != want.Replace || m.Table != want.Table || m.IfMissing != want.IfMissing {
			t.Errorf("%+v, want %+v", m, want)
		}
	}
	if text := got[2].(CreateMacro).Definition.Of(text); text != "c(a) AS a, (a, b) AS a + b" {
		t.Errorf("definition %q", text)
	}
	if d := got[4].(Drop); d.Kind != Macro || d.Name != "b" || !d.IfExists {
		t.Errorf("drop: %+v", d)
	}
}

func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"CREATE SOURCE":                                           "the text ends here, but the source's name should follow",
		"CREATE SOURCE a (b":                                      "the text ends here, but a type should follow",
		"CREATE SOURCE a (b INT) WITH (x)":                        `found ")" where = should stand`,
		"CREATE SOURCE a (b INT) WTH (x = 1)":                     `found "WTH" where WITH (connector = …) should stand`,
		"CREATE SOURCE a (t TIMESTAMP, WATERMARK t AS t)":         `found "t" where FOR should stand`,
		"CREATE SOURCE a () WITH (x = 1)":                         "a column's name",
		"CREATE SOURCE a (b INT) WITH (x = 1, X = 2)":             "option x is given twice",
		"CREATE SOURCE a (WATERMARK FOR b AS, c INT)":             "an expression such as",
		"CREATE VIEW v AS SELECT 1":                               "write CREATE MATERIALIZED VIEW",
		"CREATE MATERIALIZED VIEW v AS":                           "a SELECT should follow",
		"CREATE MATERIALIZED VEIW v AS SELECT 1":                  `found "VEIW" where VIEW should stand`,
		"SELECT 1":                                                "a bare query runs once",
		"CREATE SOURCE a (b VARCHAR) WITH (x = 'unended":          "' is not closed",
		"GRANT x TO y":                                            "CREATE SOURCE, CREATE MATERIALIZED VIEW",
		"DROP MATERIALIZED VEIW v":                                `found "VEIW" where VIEW should stand`,
		"DROP INDEX x":                                            "SOURCE, MATERIALIZED VIEW, SINK, ALERT, TABLE or MACRO",
		"INSERT INTO weir.catalog VALUES (1)":                     "schema main; weir is not",
		"COPY rates TO 'file'":                                    "COPY reads files here",
		"SHOW QUERIES x":                                          "a semicolon",
		"/* open":                                                 "comment is not closed",
		"CREATE SINK s WITH (connector = 'x') AS SELECT a FROM v": "FROM view",
		"CREATE MACRO m AS 1":                                     `found "AS" where ( and the macro's parameters should stand`,
		"CREATE MACRO m(a, b := (1":                               "the text ends here, but AS should follow",
		"CREATE MACRO m(a) AS TABLE":                              "a SELECT should follow",
		"ALTER MACRO m PAUSE":                                     "SOURCE, MATERIALIZED VIEW, SINK, ALERT or TABLE",
		"ALTER SOURCE s":                                          "the text ends here, but ADD COLUMN, DROP COLUMN, PAUSE or RESUME should follow",
		"ALTER SOURCE s ADD COLUMN x":                             "the text ends here, but a type should follow",
		"ALTER SINK s DROP COLUMN x":                              `found "DROP" where PAUSE or RESUME should stand`,
		"ALTER SOURCE s DROP COLUMN x INTEGER":                    "a semicolon",
		"ALTER MATERIALIZED VIEW v STOP":                          `found "STOP" where PAUSE or RESUME should stand`,
		"DROP FUNCTION TABLE":                                     "the text ends here, but a name should follow",
	} {
		_, err := Statements(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n got %v\nwant %s", text, err, want)
		}
	}
}

func TestErrorShowsThePlace(t *testing.T) {
	err := Errorf("SELECT 1,\n\tprize FROM bid\n", 11, "no such column")
	want := "line 2, column 2: no such column\n  \tprize FROM bid\n  \t^"
	if err.Error() != want {
		t.Errorf("got\n%s\nwant\n%s", err.Error(), want)
	}
}

func FuzzStatements(f *testing.F) {
	f.Add("CREATE SOURCE a (b INT) WITH (x = 'y')")
	f.Add("E'\\' $a$ $")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := Statements(text); err != nil {
			_ = err.Error()
		}
	})
}
