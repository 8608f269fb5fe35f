package aggregate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
)

var lateFields = []types.Field{{Name: "w", Type: types.Of(types.BigInt)}, {Name: "k", Type: types.Of(types.Integer)}, {Name: "i", Type: types.Of(types.BigInt)}}

// TestLateRowsAreKeptAside lets windows close while their rows still come: each row either counts or is late, by a model.
func TestLateRowsAreKeptAside(t *testing.T) {
	o := newOracle(t)
	o.exec(`CREATE TABLE input AS SELECT CASE WHEN hash(i, 'n') % 20 = 0 THEN NULL ELSE (i + hash(i, 'w') % 400)::BIGINT // 100 END AS w,
		(hash(i, 'k') % 7)::INTEGER AS k, i::BIGINT AS i FROM range(3000) r(i) ORDER BY i`)
	n := node(lateFields, []string{"w", "k"}, false, countAll, plan.AggregateCall{Name: "sum", Args: []*plan.Expr{column(lateFields, "i")}, Type: types.Of(types.HugeInt)})
	c := newCluster(t, Config{Node: n, Input: lateFields, Close: hundreds, Allocator: checked(t)}, 2, 9)
	input := o.query("FROM input")
	for from := int64(0); from < 3000; from += 100 {
		part := input.NewSlice(from, from+100)
		c.process(part)
		part.Release()
		c.advance(engine.Time(from + 300)) // ahead of the rows: those of the next windows come late
		c.move(1 + c.random.IntN(4))
	}
	c.advance(engine.MaxTime)
	// A batch of 100 rows is processed under the watermark that the batch before it left.
	late := "(w IS NOT NULL AND i >= 100 AND w < (i // 100 * 100 + 200) // 100)"
	sameRows(t, "in time", c.out.sorted(), texts(o.query(selectSQL(n, "(FROM input WHERE NOT "+late+")"))))
	slices.Sort(c.out.late)
	sameRows(t, "late", c.out.late, texts(o.query("FROM input WHERE "+late)))
	if len(c.out.late) < 100 {
		t.Fatalf("only %d late rows: the test tests nothing", len(c.out.late))
	}
}

// TestClosedByTheEndStaysClosed goes on after MaxTime from a snapshot.
func TestClosedByTheEndStaysClosed(t *testing.T) {
	o := newOracle(t)
	c := newCluster(t, Config{Node: node(lateFields, []string{"w", "k"}, false, countAll), Input: lateFields, Close: hundreds, Allocator: checked(t)}, 1, 9)
	c.process(o.query("SELECT w::BIGINT, k::INTEGER, 0::BIGINT FROM (VALUES (3, 1), (7, 2), (NULL, 3)) t(w, k)"))
	c.advance(engine.MaxTime)
	c.move(3)
	c.process(o.query("SELECT w::BIGINT, k::INTEGER, 1::BIGINT FROM (VALUES (5, 1), (7, 1), (8, 1), (NULL, 4), (9, 1)) t(w, k)"))
	c.advance(engine.MaxTime)
	sameRows(t, "rows", c.out.sorted(), []string{"(null) | 3 | 1", "3 | 1 | 1", "7 | 2 | 1", "8 | 1 | 1", "9 | 1 | 1"})
	slices.Sort(c.out.late)
	sameRows(t, "late", c.out.late, []string{"(null) | 4 | 1", "5 | 1 | 1", "7 | 1 | 1"})
}

// order notes the window keys in the order in which they are emitted.
type order struct {
	table
	keys []string
}

func (x *order) Emit(b engine.Batch) error {
	for i := range int(b.Rows.NumRows()) {
		x.keys = append(x.keys, b.Rows.Column(0).ValueStr(i))
	}
	return nil
}

func TestWindowsCloseInOrder(t *testing.T) {
	o := newOracle(t)
	for _, kind := range []string{"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"} {
		id, _ := types.ByName(kind)
		fields := []types.Field{{Name: "w", Type: types.Of(id)}}
		op, err := New(Config{Node: node(fields, []string{"w"}, false, countAll), Input: fields, Close: hundreds, Allocator: checked(t)})
		must(t, err)
		out := &order{}
		must(t, op.Process(0, engine.Batch{Rows: o.query(fmt.Sprintf("SELECT w::%s FROM (VALUES (9), (2), (NULL), (5), (2), (7)) t(w)", kind))}, out))
		must(t, op.Advance(engine.MinTime, out))
		must(t, op.Advance(699, out))
		if got := strings.Join(out.keys, " "); got != "2 5" {
			t.Fatalf("%s: closed %s, want 2 5", kind, got)
		}
		must(t, op.Advance(engine.MaxTime, out))
		if got := strings.Join(out.keys, " "); got != "2 5 7 9 (null)" {
			t.Fatalf("%s: closed %s", kind, got)
		}
	}
}

func TestCloseFails(t *testing.T) {
	fails := func(engine.Time) (int64, error) { return 0, fmt.Errorf("out of range") }
	op, err := New(Config{Node: node(lateFields, []string{"w"}, false, countAll), Input: lateFields, Close: fails})
	must(t, err)
	if err := op.Advance(5, newTable(t)); err == nil || !strings.Contains(err.Error(), "watermark 5") {
		t.Fatalf("error %v", err)
	}
}
