package runtime

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/metadata"
	"github.com/weirdb/weir/engine/rows"
)

// addMetadata gives rows that were decoded the columns that are known of their records. Rows for which they cannot be had go to the
// dead letters.
func (s *source) addMetadata(f *fetched) {
	if f.rows == nil || s.columns == nil || len(s.columns.Own) == 0 {
		return
	}
	place := metadata.Place{Partition: f.Partition, Offset: f.offset}
	if f.Rows == nil {
		place.Meta = func(row int) *engine.Meta { return f.Records[f.originOf(row)].Meta }
	}
	all, bad, err := s.columns.Join(f.rows, place)
	if err != nil {
		f.err = fmt.Errorf("source %s: partition %s: %w", s.Name, f.Partition, err)
		return
	}
	f.rows.Release()
	f.rows = all
	gone := make([]int, len(bad))
	for i, b := range bad {
		gone[i] = b.Row
		f.letters = append(f.letters, f.letterOf(b.Row, b.Reason))
	}
	f.remove(gone)
}

// originOf is a row's place in the records, or the positions, of the fetch.
func (f *fetched) originOf(row int) int32 {
	if f.origin != nil {
		return f.origin[row]
	}
	return int32(row)
}

// offset is a row's position in its partition.
func (f *fetched) offset(row int) int64 {
	at := f.originOf(row)
	if f.Rows != nil {
		return f.Offsets[at]
	}
	return f.Records[at].Offset
}

// bytesOf are those of the record that a row was decoded from or, where a connector gives rows, the row as JSON.
func (f *fetched) bytesOf(row int) []byte {
	if f.Rows == nil {
		return slices.Clone(f.Records[f.originOf(row)].Value)
	}
	one := f.rows.NewSlice(int64(row), int64(row)+1)
	defer one.Release()
	text, err := jsonRows(one)
	if err != nil {
		return []byte("this row cannot be shown: " + err.Error())
	}
	return []byte(text[0])
}

// letterOf makes a dead letter of a row.
func (f *fetched) letterOf(row int, reason string) engine.DeadLetter {
	l := engine.DeadLetter{Offset: f.offset(row), Value: f.bytesOf(row), Reason: reason}
	if f.Rows == nil {
		l.Meta = cloneMeta(f.Records[f.originOf(row)].Meta)
	}
	return l
}

// cloneMeta copies what lies in the memory of a fetch.
func cloneMeta(m *engine.Meta) *engine.Meta {
	if m == nil {
		return nil
	}
	out := &engine.Meta{Key: bytes.Clone(m.Key), Timestamp: m.Timestamp}
	for _, h := range m.Headers {
		out.Headers = append(out.Headers, engine.Header{Name: strings.Clone(h.Name), Value: bytes.Clone(h.Value)})
	}
	return out
}

// remove drops rows, given ascending, from a fetch.
func (f *fetched) remove(gone []int) {
	if len(gone) == 0 {
		return
	}
	rest, kept, err := rows.Without(f.rows, gone)
	if err != nil {
		f.err = fmt.Errorf("source %s: drop rows of partition %s: %w", f.source.Name, f.Partition, err)
		return
	}
	f.rows.Release()
	for i, row := range kept {
		kept[i] = f.originOf(int(row))
	}
	f.rows, f.origin = rest, kept
}
