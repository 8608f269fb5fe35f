package verify

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// The columns that say where an event stands. Sources have no columns of these names.
const (
	partitionColumn = "weir partition"
	offsetColumn    = "weir offset"
)

// lettersTable has the positions of records that could not be decoded.
const lettersTable = "weir letters"

// What is loaded at once, which bounds the memory that it takes.
const (
	loadRows  = 50_000
	loadBytes = 32 << 20
)

var (
	placeColumns  = []types.Field{{Name: partitionColumn, Type: types.Of(types.Varchar)}, {Name: offsetColumn, Type: types.Of(types.BigInt)}}
	letterColumns = append([]types.Field{{Name: "source", Type: types.Of(types.Varchar)}}, placeColumns...)
)

// load reads all inputs into a database of their own, a table for each, and attaches it. An input that cannot be read notes why.
func load(ctx context.Context, r *results, inputs map[string]*input, memoryLimit string) error {
	path := filepath.Join(r.dir, "events.duckdb")
	store, err := duckdb.Open(path, duckdb.StoreOptions{MemoryLimit: memoryLimit})
	if err != nil {
		return fmt.Errorf("make a database for the events: %w", err)
	}
	l := &loader{ctx: ctx, store: store}
	err = errors.Join(l.all(inputs), store.Close())
	if err != nil {
		return err
	}
	if err := r.attach(ctx, path, "weir_events"); err != nil {
		return fmt.Errorf("attach the events: %w", err)
	}
	return nil
}

// loader appends events to tables, as the engine's commits append rows to views.
type loader struct {
	ctx     context.Context
	store   *duckdb.Store
	epoch   int64
	table   string
	waiting []engine.Batch
	rowsN   int64
	bytes   int64
	letters []engine.DeadLetter
}

func (l *loader) all(inputs map[string]*input) error {
	if err := l.store.CreateView(l.ctx, lettersTable, letterColumns); err != nil {
		return err
	}
	for _, name := range sortedNames(inputs) {
		in := inputs[name]
		if err := l.store.CreateView(l.ctx, name, slices.Concat(placeColumns, in.read)); err != nil {
			return err
		}
		l.table = name
		if in.failed = read(l.ctx, in, l); in.failed != nil && l.ctx.Err() != nil {
			l.drop()
			return l.ctx.Err()
		}
		if err := l.flush(); err != nil {
			return fmt.Errorf("keep the events of source %s: %w", name, err)
		}
	}
	return nil
}

func sortedNames(inputs map[string]*input) []string {
	names := make([]string, 0, len(inputs))
	for name := range inputs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// letter notes a record that could not be decoded.
func (l *loader) letter(source, partition string, offset int64) {
	l.letters = append(l.letters, engine.DeadLetter{Source: source, Partition: partition, Offset: offset})
}

// rows takes events of a partition with their positions.
func (l *loader) rows(in *input, partition string, offsets []int64, rows arrow.RecordBatch) error {
	places := placesOf(partition, offsets)
	defer places.Release()
	columns := slices.Concat(places.Columns(), rows.Columns())
	all := array.NewRecordBatch(types.Schema(slices.Concat(placeColumns, in.read)), columns, rows.NumRows())
	l.waiting = append(l.waiting, engine.Batch{Rows: all})
	l.rowsN += all.NumRows()
	for _, c := range columns {
		l.bytes += int64(c.Data().SizeInBytes())
	}
	if l.rowsN < loadRows && l.bytes < loadBytes {
		return nil
	}
	return l.flush()
}

// placesOf makes the columns that say where events stand.
func placesOf(partition string, offsets []int64) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(placeColumns))
	defer b.Release()
	b.Field(1).(*array.Int64Builder).AppendValues(offsets, nil)
	for range offsets {
		b.Field(0).(*array.StringBuilder).Append(partition)
	}
	return b.NewRecordBatch()
}

// flush writes what has gathered.
func (l *loader) flush() error {
	defer l.drop()
	var changes []engine.Change
	if len(l.waiting) > 0 {
		changes = append(changes, engine.Change{View: l.table, Batches: l.waiting})
	}
	if len(l.letters) > 0 {
		rows := lettersOf(l.letters)
		defer rows.Release()
		changes = append(changes, engine.Change{View: lettersTable, Batches: []engine.Batch{{Rows: rows}}})
	}
	if len(changes) == 0 {
		return nil
	}
	l.epoch++
	return l.store.Commit(l.ctx, &engine.Commit{Epoch: l.epoch, Changes: changes})
}

func lettersOf(letters []engine.DeadLetter) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, types.Schema(letterColumns))
	defer b.Release()
	for _, d := range letters {
		b.Field(0).(*array.StringBuilder).Append(d.Source)
		b.Field(1).(*array.StringBuilder).Append(d.Partition)
		b.Field(2).(*array.Int64Builder).Append(d.Offset)
	}
	return b.NewRecordBatch()
}

func (l *loader) drop() {
	for _, b := range l.waiting {
		b.Release()
	}
	l.waiting, l.letters, l.rowsN, l.bytes = nil, nil, 0, 0
}
