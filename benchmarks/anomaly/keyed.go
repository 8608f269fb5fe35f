package anomaly

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/operators/detector"
	"github.com/weirdb/weir/operators/over"
)

// keyed is what the detectors of many keys cost and take.
type keyed struct {
	keys       int
	cost       time.Duration // of an event, the operator's work and the collection of garbage included
	state      int           // bytes of one key's detector, as it counts itself
	heap       int64         // bytes of the Go heap in use, after a collection: the next three are above what they were before
	resident   int64         // bytes of the process in RAM, after a collection
	peak       int64         // bytes of the process in RAM, the most that there were
	checkpoint int64         // bytes of the state file
}

// watched is of how many keys scores are compared.
const watched = 20

var (
	columns = []types.Field{
		{Name: "key", Type: types.Of(types.Integer)}, {Name: "ts", Type: types.Of(types.Timestamp)}, {Name: "value", Type: types.Of(types.Double)},
	}
	key, ts, value = columnOf(0), columnOf(1), columnOf(2)
)

func columnOf(i int) *plan.Expr { return plan.Col(i, columns[i].Name, columns[i].Type) }

// newOperator makes what runs anomaly(value) OVER (PARTITION BY key ORDER BY ts).
func newOperator() (*over.Operator, error) {
	call := plan.OverCall{
		Name: "anomaly", Type: plan.Scored(), Args: []*plan.Expr{value}, Partition: []*plan.Expr{key}, Orders: []plan.Order{{Expr: ts}},
		Unit: plan.FrameRange, Start: plan.FrameBound{Kind: plan.UnboundedPreceding}, End: plan.FrameBound{Kind: plan.CurrentRow},
		Detector: &plan.Detector{Method: judged},
	}
	return over.New(over.Config{
		Node: &plan.Over{Time: 1, Partition: []int{0}, Calls: []plan.OverCall{call}, Names: []string{"a"}}, Input: columns,
	})
}

func measureKeyed(ctx context.Context, keys, rows int, log io.Writer) (out *keyed, err error) {
	store, err := duckdb.Open("", duckdb.StoreOptions{}) // for its state folder, below $TMPDIR
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	op, err := newOperator()
	if err != nil {
		return nil, err
	}
	f := newFeed(op, keys)
	out = &keyed{keys: keys}
	before := inUse()
	if err := f.give(ctx, 0, rows, log); err != nil {
		return nil, err
	}
	after := inUse()
	out.heap, out.resident, out.peak = after.heap-before.heap, after.resident-before.resident, f.peak-before.resident
	out.cost = f.spent / time.Duration(keys*rows)
	fmt.Fprintln(log, "checking the scores …")
	if out.state, err = f.check(rows); err != nil {
		return nil, err
	}
	fmt.Fprintln(log, "saving and loading the state …")
	out.checkpoint, err = f.saveAndGoOn(ctx, store, rows, log)
	return out, err
}

// check compares the scores of the watched keys with those of their series alone, and returns the size of one's detector.
func (f *feed) check(rows int) (size int, err error) {
	newDetector, err := detector.Compile(judged, 1, nil)
	if err != nil {
		return 0, err
	}
	for k, scores := range f.scores {
		d := newDetector()
		if err := sameScores(scores, score(d, k, 0, rows), fmt.Sprintf("of key %d of %d", k, f.keys)); err != nil {
			return 0, err
		}
		size = d.Size()
	}
	return size, nil
}

// anotherRows are given after the state has been loaded.
const anotherRows = 10

// saveAndGoOn writes the state as a commit does, loads it into another operator, and has that score some more rows. It returns the file's size.
func (f *feed) saveAndGoOn(ctx context.Context, store *duckdb.Store, rows int, log io.Writer) (int64, error) {
	const file = "anomaly"
	if err := save(f.op, store, file); err != nil {
		return 0, err
	}
	size, err := sizeOf(store.StateDir())
	if err != nil {
		return 0, err
	}
	if f.op, err = newOperator(); err != nil { // the first may go: there is room for one of them
		return 0, err
	}
	if err := f.op.Restore(saved{store, file}); err != nil {
		return 0, err
	}
	if err := f.give(ctx, rows, rows+anotherRows, log); err != nil {
		return 0, err
	}
	_, err = f.check(rows + anotherRows)
	return size, err
}

// sizeOf is the size of the only file in a state folder.
func sizeOf(dir string) (int64, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	size := int64(0)
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			return 0, err
		}
		if info.Mode().IsRegular() {
			size += info.Size()
		}
	}
	return size, nil
}

func save(op *over.Operator, store *duckdb.Store, file string) error {
	w, err := store.CreateState(file)
	if err != nil {
		return err
	}
	return errors.Join(op.Snapshot(w), w.Close())
}

// saved is a state file, all of which the reader owns.
type saved struct {
	store *duckdb.Store
	file  string
}

var _ engine.StateReader = saved{}

// Read implements engine.StateReader.
func (s saved) Read(section string, yield func(rows arrow.RecordBatch) error) error {
	return s.store.ReadState(s.file, section, yield)
}

// Owns implements engine.StateReader.
func (s saved) Owns(uint64) bool { return true }
