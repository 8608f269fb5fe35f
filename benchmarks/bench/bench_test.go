package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
)

func TestFacts(t *testing.T) {
	facts := append(Facts("v7"), Durability(500*time.Millisecond, t.TempDir())...)
	got := map[string]string{}
	for _, f := range facts {
		got[f.Name] = f.Value
	}
	for name, want := range map[string]string{
		"cpu": "cores used", "go": "go1.", "duckdb": "v1.", "weir": "v7", "commit interval": "500ms", "wal_autocheckpoint": "GB",
	} {
		if !strings.Contains(got[name], want) {
			t.Errorf("%s is %q, want %q in it", name, got[name], want)
		}
	}
}

func report() *Report {
	return &Report{
		Benchmark: "b", Facts: []Fact{{"cpu", "one"}}, Notes: []string{"noted"},
		Columns: []Column{{Name: "query"}, {Name: "cost", Unit: "ns/event", Digits: 1}, {Name: "rows"}},
		Rows:    [][]any{{"q0", 12.345, int64(7)}, {"q1", nil, nil}},
	}
}

func TestPrint(t *testing.T) {
	var out bytes.Buffer
	if err := report().Print(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"cpu ", "ns/event", "12.3 ", "noted"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}

func TestPrintJSON(t *testing.T) {
	var out bytes.Buffer
	if err := report().PrintJSON(&out); err != nil {
		t.Fatal(err)
	}
	var got Report
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := report()
	want.Rows[0][2] = 7.0 // JSON has one kind of number
	if !reflect.DeepEqual(&got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		runs []int
		want int
	}{{[]int{3}, 3}, {[]int{9, 1, 5}, 5}, {[]int{4, 1, 3, 2}, 2}} {
		if got := Median(c.runs, func(n int) float64 { return float64(n) }); got != c.want {
			t.Errorf("median of %v is %d, want %d", c.runs, got, c.want)
		}
	}
}

func TestMeasureSeesWork(t *testing.T) {
	used, err := Measure(func() error {
		for before := selfCPU(); selfCPU()-before < 20*time.Millisecond; {
		}
		return nil
	})
	if err != nil || used.CPU < 20*time.Millisecond || used.Wall <= 0 || used.PeakRSS < 1<<20 {
		t.Errorf("used %+v, error %v", used, err)
	}
}

func TestChild(t *testing.T) {
	c, err := Start(exec.Command("sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"))
	if err != nil {
		t.Fatal(err)
	}
	used, err := c.Wait()
	if err != nil || used.CPU <= 0 || used.Wall <= 0 {
		t.Errorf("used %+v, error %v", used, err)
	}
	if c, err = Start(exec.Command("sh", "-c", "exit 3")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Wait(); err == nil {
		t.Error("exit 3 is no error")
	}
}

func TestOptions(t *testing.T) {
	o := engine.Options{"workers": "1, 2", "bad": "1,x", "none": "0", "queries": "b,a"}
	if got, err := Counts(o, "workers"); err != nil || !reflect.DeepEqual(got, []int{1, 2}) {
		t.Errorf("counts %v, error %v", got, err)
	}
	if _, err := Counts(o, "bad"); err == nil || !strings.Contains(err.Error(), "such as 1,2") {
		t.Errorf("error %v", err)
	}
	if err := Positive(o, "none"); err == nil || !strings.Contains(err.Error(), "1 or more") {
		t.Errorf("error %v", err)
	}
	if got, err := Choice(o, "queries", []string{"a", "b", "c"}); err != nil || !reflect.DeepEqual(got, []string{"b", "a"}) {
		t.Errorf("choice %v, error %v", got, err)
	}
	if _, err := Choice(o, "queries", []string{"a"}); err == nil || !strings.Contains(err.Error(), "there are a") {
		t.Errorf("error %v", err)
	}
}

// numbers is a table of one column.
func numbers(t *testing.T, values ...int64) array.RecordReader {
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{{Name: "n", Type: arrow.PrimitiveTypes.Int64}}, nil))
	b.Field(0).(*array.Int64Builder).AppendValues(values, nil)
	r, err := array.NewRecordReader(b.Schema(), []arrow.RecordBatch{b.NewRecordBatch()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const events = `CREATE SOURCE bid WITH (connector = 'nexmark', table = 'bid', events = '2000');`

// TestJudge: the judge takes a right answer, and shows the rows of a wrong one.
func TestJudge(t *testing.T) {
	j, err := OpenJudge(t.Context(), filepath.Join(t.TempDir(), "judge.duckdb"))
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	w := Weir{Sources: events, View: "v", Select: "SELECT auction % 2 AS n FROM bid WHERE auction < 1004", Workers: 2, CommitInterval: time.Second}
	var zeros, ones int64
	out, err := w.Run(t.Context(), func(database string) error {
		if err := j.Exec(t.Context(), "ATTACH '"+database+"' AS answer (READ_ONLY)"); err != nil {
			return err
		}
		if err := j.conn.QueryRowContext(t.Context(), "SELECT count(*) FILTER (n = 0), count(*) FILTER (n = 1) FROM answer.main.v").Scan(&zeros, &ones); err != nil {
			return err
		}
		return j.Exec(t.Context(), "DETACH answer")
	})
	if err != nil || out.RowsIn != 1840 || out.RowsOut != zeros+ones || out.Commits < 1 || out.Committing.CPU <= 0 || out.Committing.CPU > out.CPU {
		t.Fatalf("%+v, %d and %d rows, error %v", out, zeros, ones, err)
	}
	values := append(make([]int64, zeros), 7)
	for range ones - 1 {
		values = append(values, 1)
	}
	wrong := numbers(t, values...)
	if err := j.Load(t.Context(), "events", wrong); err != nil {
		t.Fatal(err)
	}
	check := func(view, text string) error {
		if err := j.Expect(t.Context(), view, text); err != nil {
			t.Fatal(err)
		}
		w.View = view
		_, err := w.Run(t.Context(), func(database string) error { return j.Check(t.Context(), database, view) })
		return err
	}
	if err := check("good", "SELECT if(n = 7, 1, n) AS n FROM events"); err != nil {
		t.Error(err)
	}
	for view, want := range map[string]string{"events": "missing: {'n': 7}", "fewer": "too many: {'n': 1}"} {
		text := "SELECT n FROM events"
		if view == "fewer" {
			text += " WHERE n <> 7"
		}
		if err := check(view, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", view, err, want)
		}
	}
}

// TestLateRowsAreWrong: a run that has put rows aside has done less work.
func TestLateRowsAreWrong(t *testing.T) {
	j, err := OpenJudge(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	w := Weir{
		Sources: `CREATE SOURCE bid WITH (connector = 'nexmark', table = 'bid', events = '200000', out_of_order = '15 seconds');`,
		View:    "v", Select: "SELECT window_start FROM tumble(bid, date_time, INTERVAL '1 second') GROUP BY ALL", Workers: 1, CommitInterval: time.Second,
	}
	_, err = w.Run(t.Context(), func(database string) error {
		if err := j.Expect(t.Context(), "v", "SELECT NULL::TIMESTAMP AS window_start"); err != nil {
			return err
		}
		return j.Check(t.Context(), database, "v")
	})
	if err == nil || !strings.Contains(err.Error(), "late: ") {
		t.Errorf("error %v", err)
	}
}

func TestRefused(t *testing.T) {
	w := Weir{Sources: events, View: "v", Select: "SELECT auction, now() AS at FROM bid", Workers: 1}
	_, err := w.Run(t.Context(), nil)
	var refused *Refused
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "now()") {
		t.Errorf("error %v", err)
	}
}
