package verify

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/metadata"
	"github.com/weirdb/weir/engine/rows"
)

// events reads an input again, from its beginning up to the positions that views have come to.
type events struct {
	*input
	columns *metadata.Columns         // read, apart: what is decoded, and what is known of the records
	format  engine.Format             // nil if the connector gives rows
	decoder engine.Decoder            // likewise
	single  map[string]engine.Decoder // for one column each
	reached map[string]bool
	to      *loader
}

// read reads all events of an input into the loader.
func read(ctx context.Context, in *input, to *loader) (err error) {
	if len(in.upTo) == 0 {
		return nil // no view has read anything
	}
	eval, err := duckdb.NewEvaluator()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, eval.Close()) }()
	e := &events{input: in, columns: metadata.Of(in.read), single: map[string]engine.Decoder{}, reached: map[string]bool{}, to: to}
	if in.FormatSpec != nil {
		if e.format, err = in.FormatSpec.New(in.Options, eval); err != nil {
			return err
		}
		if e.decoder, err = e.format.NewDecoder(e.columns.Plain); err != nil {
			return err
		}
	}
	source, err := in.Connector.Source(engine.SourceConfig{
		Name: in.Name, Format: in.Format, Columns: metadata.Plain(in.Columns), Options: in.Options, Eval: eval, Dir: in.dir,
	})
	if err != nil {
		return err
	}
	reader, err := source.Open(ctx, engine.ReadOptions{Columns: e.columns.Plain, Metadata: e.columns.Own, From: in.from, Bounded: true, Again: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	return e.poll(ctx, reader)
}

// poll reads until every partition has come to its position. What the reader says behind that is dropped.
func (e *events) poll(ctx context.Context, reader engine.Reader) error {
	for len(e.reached) < len(e.upTo) {
		fetches, err := reader.Poll(ctx)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		for i := range fetches {
			if err := e.take(&fetches[i]); err != nil {
				return err
			}
		}
		if err != nil { // every partition has ended
			return e.complete()
		}
	}
	return nil
}

// complete is the error of a source that has ended before a position.
func (e *events) complete() error {
	for partition, next := range e.upTo {
		if !e.reached[partition] {
			return fmt.Errorf("partition %s ends before position %d, to which it has been read: its events are no longer there", partition, next)
		}
	}
	return nil
}

// take decodes a fetch and loads what lies before the partition's position.
func (e *events) take(f *engine.Fetch) error {
	defer func() {
		if f.Done != nil {
			f.Done()
		}
		if f.Rows != nil {
			f.Rows.Release()
		}
	}()
	upTo, wanted := e.upTo[f.Partition]
	if !wanted || e.reached[f.Partition] {
		return nil
	}
	if f.Unpack != nil {
		records, rejects, err := f.Unpack(nil)
		if err != nil {
			return err
		}
		f.Records, f.Rejects = records, append(f.Rejects, rejects...)
	}
	for _, l := range f.Rejects {
		e.letter(f.Partition, l.Offset, upTo)
	}
	if f.Next >= upTo {
		e.reached[f.Partition] = true
	}
	if f.Rows != nil {
		return e.join(f, f.Rows, metadata.Place{Partition: f.Partition, Offset: func(row int) int64 { return f.Offsets[row] }}, upTo)
	}
	return e.decode(f, upTo)
}

func (e *events) decode(f *engine.Fetch, upTo int64) error {
	if len(f.Records) == 0 {
		return nil
	}
	if e.decoder == nil {
		return errors.New("got records, but has no format to decode them")
	}
	d, err := e.decoder.Decode(f.Records)
	if err != nil {
		return fmt.Errorf("decode partition %s: %w", f.Partition, err)
	}
	defer d.Rows.Release()
	for _, r := range d.Rejects {
		if err := e.rejected(f, &f.Records[r.Record], upTo); err != nil {
			return err
		}
	}
	record := func(row int) *engine.Record {
		if d.Record != nil {
			row = int(d.Record[row])
		}
		return &f.Records[row]
	}
	return e.join(f, d.Rows, metadata.Place{
		Partition: f.Partition,
		Offset:    func(row int) int64 { return record(row).Offset },
		Meta:      func(row int) *engine.Meta { return record(row).Meta },
	}, upTo)
}

// join adds what is known of the records. Rows for which that cannot be had are dead letters; one that some view has counted is loaded all the
// same, with NULL in its place.
func (e *events) join(f *engine.Fetch, decoded arrow.RecordBatch, at metadata.Place, upTo int64) error {
	all, bad, err := e.columns.Join(decoded, at)
	if err != nil {
		return err
	}
	defer all.Release()
	if len(bad) == 0 {
		return e.load(f, all, at.Offset, upTo)
	}
	var gone []int
	for _, b := range bad {
		if e.counted[place{f.Partition, at.Offset(b.Row)}] {
			continue
		}
		gone = append(gone, b.Row)
		e.letter(f.Partition, at.Offset(b.Row), upTo)
	}
	good, kept, err := rows.Without(all, gone)
	if err != nil {
		return err
	}
	defer good.Release()
	return e.load(f, good, func(row int) int64 { return at.Offset(int(kept[row])) }, upTo)
}

func (e *events) letter(partition string, offset, upTo int64) {
	if offset < upTo {
		e.to.letter(e.Name, partition, offset)
	}
}

// load hands on the rows that lie before a position. Rows are in the order of their positions.
func (e *events) load(f *engine.Fetch, decoded arrow.RecordBatch, offset func(row int) int64, upTo int64) error {
	n := int(decoded.NumRows())
	offsets := make([]int64, 0, n)
	for i := range n {
		if at := offset(i); at < upTo {
			offsets = append(offsets, at)
		}
	}
	if len(offsets) == 0 {
		return nil
	}
	some := decoded.NewSlice(0, int64(len(offsets)))
	defer some.Release()
	return e.to.rows(e.input, f.Partition, offsets, some)
}
