package json

import (
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// decoder is an engine.Decoder. Between two calls it keeps its columns' scratch space and the key order of the last record.
type decoder struct {
	schema  *arrow.Schema
	record  object
	scan    scanner
	eval    engine.Evaluator
	rows    int             // rows that every column has
	kept    []int32         // the record of each row; nil while none was left out
	rejects []engine.Reject // handed out with the batch
	refused map[int]string  // records whose odd values DuckDB refused, with the reason; nil if there are none
}

func newDecoder(columns []types.Field, unit string, eval engine.Evaluator) (*decoder, error) {
	record, err := newObject(head{unit: unit}, columns)
	if err != nil {
		return nil, err
	}
	return &decoder{schema: types.Schema(columns), record: record, eval: eval}, nil
}

// Decode appends the records that it can decode to a new batch. A blank record is neither a row nor a reject, as a blank
// line is to read_json. An error means that DuckDB could not be asked, or that the records are more than mostBytes; nothing
// is lost, the same records may be given again.
//
// A value in an odd spelling is converted after all records are read. If DuckDB refuses it, its record must not be a row,
// and columns are not made to lose one from their middle: the batch is read again without the records refused.
func (d *decoder) Decode(records []engine.Record) (engine.Decoded, error) {
	if err := checkSize(records); err != nil {
		return engine.Decoded{}, err
	}
	d.refused = nil
	for {
		if err := d.readAll(records); err != nil {
			return engine.Decoded{}, err
		}
		found, err := d.resolve()
		if err != nil {
			return engine.Decoded{}, err
		}
		if !found {
			return d.finish(), nil
		}
	}
}

func (d *decoder) readAll(records []engine.Record) error {
	d.rows, d.kept, d.rejects = 0, nil, nil
	for _, c := range d.record.columns {
		c.truncate(0)
		c.reserve(len(records))
	}
	for i := range records {
		if d.refused != nil && d.refusedBefore(i, len(records)) {
			continue
		}
		if err := d.read(i, records); err != nil {
			return err
		}
	}
	return nil
}

// refusedBefore leaves out record i if DuckDB has refused a value of it.
func (d *decoder) refusedBefore(i, records int) bool {
	reason, bad := d.refused[i]
	if bad {
		d.leaveOut(i, records)
		d.rejects = append(d.rejects, engine.Reject{Record: i, Reason: reason})
	}
	return bad
}

// read makes a row of record i, or leaves it out.
func (d *decoder) read(i int, records []engine.Record) error {
	d.scan.reset(records[i].Value, i)
	row, err := d.readRecord()
	if err == nil && row {
		d.rows++
		if d.kept != nil {
			d.kept = append(d.kept, int32(i))
		}
		return nil
	}
	for _, c := range d.record.columns {
		c.truncate(d.rows)
	}
	d.leaveOut(i, len(records))
	if r, bad := err.(*refusal); bad {
		d.rejects = append(d.rejects, engine.Reject{Record: i, Reason: r.reason})
		return nil
	}
	return err
}

// readRecord reads one whole record. It reports false if the record is blank.
func (d *decoder) readRecord() (bool, error) {
	s := &d.scan
	switch c := s.peek(); {
	case s.pos == len(s.buf):
		return false, nil
	case c == '{':
		if err := d.record.read(s); err != nil {
			return false, err
		}
	case s.null():
		d.record.null()
	default:
		return false, s.notObject()
	}
	if s.peek(); s.pos != len(s.buf) {
		return false, s.wrong("unexpected text after the object")
	}
	return true, nil
}

// leaveOut notes that record i is no row. Up to the first such record, row and record numbers are the same.
func (d *decoder) leaveOut(i, records int) {
	if d.kept != nil {
		return
	}
	d.kept = make([]int32, i, records)
	for k := range d.kept {
		d.kept[k] = int32(k)
	}
}

// resolve converts the odd spellings. It reports true if some were refused: then refused has their records added.
func (d *decoder) resolve() (bool, error) {
	r := resolver{eval: d.eval}
	for _, c := range d.record.columns {
		if err := c.resolve(&r); err != nil {
			return false, err
		}
	}
	for record, reason := range r.refused {
		if d.refused == nil {
			d.refused = map[int]string{}
		}
		d.refused[record] = reason
	}
	return len(r.refused) > 0, nil
}

func (d *decoder) finish() engine.Decoded {
	columns := make([]arrow.Array, len(d.record.columns))
	for i, c := range d.record.columns {
		data := c.finish()
		columns[i] = array.MakeFromData(data)
		data.Release()
	}
	rows := array.NewRecordBatch(d.schema, columns, int64(d.rows))
	for _, c := range columns {
		c.Release()
	}
	out := engine.Decoded{Rows: rows, Record: d.kept, Rejects: d.rejects}
	d.kept, d.rejects, d.scan.buf = nil, nil, nil // the caller's now
	return out
}

// mostBytes bounds the records of one batch. Arrow counts a column's bytes in 31 bits, and a value of few bytes in JSON can
// be six times as long in its column: 1e20 in canonical JSON, or NULL in a list of UUIDs.
const mostBytes = 256 << 20

func checkSize(records []engine.Record) error {
	total := 0
	for i := range records {
		total += len(records[i].Value)
	}
	if total > mostBytes {
		return fmt.Errorf("json: decode %d records: they are %d bytes, a batch may have %d", len(records), total, mostBytes)
	}
	return nil
}
