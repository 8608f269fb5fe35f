package runtime

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"sort"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/metadata"
	"github.com/weirdb/weir/engine/types"
)

// source is a source being read, for all queries on it.
type source struct {
	Source
	log           *slog.Logger
	traced        bool // somebody wants to know which traces records belong to
	readings      []*reading
	read          []types.Field     // the columns that are decoded: what the queries need, and the event time
	columns       *metadata.Columns // read, apart: what is decoded, and what is known of the records
	event         int               // position of the event time in read, -1 if there is none
	reader        engine.Reader     // nil until it is open
	arrivals      chan arrival      // of opening it; nil once it is open, or will not be
	unreached     error             // why it could not be opened the last time
	toldUnreached time.Time         // when the log last told so
	decoders      []engine.Decoder  // one for each worker; nil if the connector gives rows
	fetches       chan polled
	acks          chan map[string]int64 // committed positions for the reader, the newest only
	begin         func()                // opens it; nil once that has begun
	stop          context.CancelFunc
	stopped       chan struct{}

	positions map[string]*partition
	ended     bool // the reader has ended, or failed
	failed    error
	failedIn  string // the partition, if it is known
	told      bool   // failed is in the log

	slowest engine.Time        // of the partitions that hold others back: see align.go
	held    map[string]bool    // partitions that the reader was told to hold
	refused map[string][]int64 // by partition, ascending: positions that max_future has refused before

	rooms rooms // for records of fetches that are unpacked

	blocked blocked // the reader's waiting for the engine

	records, bytes, deadLetters int64
	lastLetter                  engine.DeadLetter   // without its bytes
	lettersTold                 int64               // dead letters that the log has told of
	lettersAt                   time.Time           // when it last did
	letters                     []engine.DeadLetter // of this epoch
}

// partition is a source's own view of a partition.
type partition struct {
	next    int64 // the first record not yet decoded for the first time: before it, dead letters are known
	reached int64 // behind all that has been fetched since the start, also if it has not been settled
	waiting int64
	begun   bool        // something has been fetched of it
	place   engine.Time // see align.go
	ahead   bool        // the reader was told to hold it
	ended   bool
	gone    bool      // the reader no longer has it
	broken  bool      // a fetch could not be decoded: nothing after it counts
	heard   time.Time // when records last came
	quiet   bool      // the broker said that nothing waits
}

// polled is the outcome of one poll.
type polled struct {
	fetches    []engine.Fetch
	partitions []string
	err        error // io.EOF at the end
}

// fetched is a fetch in a round, decoded.
type fetched struct {
	engine.Fetch
	source  *source
	after   int64             // what lies before this was fetched before, perhaps in the same round: it does not count again
	rows    arrow.RecordBatch // nil if there are none
	origin  []int32           // of each row, its place in Records or in Offsets; nil if that is the row's own
	heads   map[*reading]*headResult
	err     error // of decoding
	letters []engine.DeadLetter
	bytes   int64
	letter  *redelivery           // the dead letter that this is; nil for what was fetched
	traces  []engine.TraceContext // that some of the records belong to
}

// needed gathers the columns that the source must decode, in declared order: what some query reads, and the event time. Of a
// STRUCT a decoder reads only the fields that some query reads; a connector that gives rows reads the whole.
func (s *source) needed() {
	s.event = -1
	for i, c := range s.Columns {
		field, read := s.readBy(c)
		if i == s.EventTime {
			s.event = len(s.read)
		} else if !read {
			continue
		}
		if s.Format == nil || !read {
			field = c
		}
		s.read = append(s.read, field)
	}
	s.columns = metadata.Of(s.read)
}

// readBy is what the queries read of a column; false if none does.
func (s *source) readBy(c types.Field) (types.Field, bool) {
	out, read := c, false
	for _, r := range s.awake() {
		for _, in := range r.inputs {
			at := indexOf(in.Read, c.Name)
			switch {
			case at < 0:
			case read:
				out.Type = types.Merge(c.Type, out.Type, in.Read[at].Type)
			default:
				out.Type, read = in.Read[at].Type, true
			}
		}
	}
	return out, read
}

// makeDecoders makes one for each worker, where the connector gives records.
func (s *source) makeDecoders(workers int) error {
	if s.Format == nil || s.resting() {
		return nil
	}
	for range workers {
		d, err := s.Format.NewDecoder(s.columns.Plain)
		if err != nil {
			return fmt.Errorf("source %s: %w", s.Name, err)
		}
		s.decoders = append(s.decoders, d)
	}
	return nil
}

// poll fetches ahead of the rounds, one poll at most, until the reader ends. Only this goroutine calls the reader.
func (s *source) poll(ctx context.Context, reader engine.Reader) {
	for {
		s.acknowledge(reader)
		fetches, err := reader.Poll(ctx)
		p := polled{fetches, reader.Partitions(), err}
		waited := s.blocked.begin()
		select {
		case s.fetches <- p:
			waited()
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// acknowledge hands the reader what has been committed since it was last asked.
func (s *source) acknowledge(reader engine.Reader) {
	select {
	case positions := <-s.acks:
		if err := reader.Committed(positions); err != nil {
			s.log.Warn("source did not take committed positions", "source", s.Name, "error", err)
		}
	default:
	}
}

// committed leaves positions for the reader to be told.
func (s *source) committed(positions map[string]int64) {
	select {
	case <-s.acks: // an older one that nobody has taken
	default:
	}
	s.acks <- positions
}

func (s *source) close() error {
	if s.stop == nil {
		return nil
	}
	s.stop()
	if s.begin != nil {
		return nil // it was to come behind another one
	}
	<-s.stopped
	if s.reader == nil {
		return nil
	}
	s.acknowledge(s.reader)
	if err := s.reader.Close(); err != nil {
		return fmt.Errorf("source %s: close: %w", s.Name, err)
	}
	return nil
}

// note takes in what a poll said about partitions, before anything is decoded.
func (s *source) note(p polled, now time.Time) {
	s.know(p.partitions, now)
	for i := range p.fetches {
		f := &p.fetches[i]
		part := s.part(f.Partition, now)
		part.waiting, part.quiet = f.Waiting, f.Waiting == 0
		part.ended = part.ended || f.End
		if len(f.Records) > 0 || f.Unpack != nil || f.Rows != nil {
			part.heard, part.begun = now, true
		}
	}
	if p.err == nil {
		return
	}
	s.ended = true
	if !errors.Is(p.err, io.EOF) {
		s.failed = fmt.Errorf("source %s: %w", s.Name, p.err)
	}
}

// know takes in which partitions the reader has now. No watermark waits for one that it no longer has, and each waits for one
// that it has.
func (s *source) know(names []string, now time.Time) {
	for _, p := range s.positions {
		p.gone = true
	}
	for _, name := range names {
		s.part(name, now).gone = false
	}
}

func (s *source) part(name string, now time.Time) *partition {
	p, ok := s.positions[name]
	if !ok {
		p = &partition{waiting: -1}
		s.positions[name] = p
	}
	if p.heard.IsZero() {
		p.heard = now
	}
	return p
}

// idle reports whether the watermark may go on without the partition: the broker says that nothing waits in it, and nothing
// has come for the idle timeout.
func (s *source) idle(p *partition, now time.Time) bool {
	return s.IdleTimeout > 0 && p.quiet && now.Sub(p.heard) >= s.IdleTimeout
}

// decode turns a fetch into rows, on one worker.
func (s *source) decode(f *fetched, worker int, now time.Time) {
	f.letters = append(f.letters, f.Rejects...)
	if f.Unpack != nil {
		s.unpack(f)
	}
	if s.traced {
		f.traces = tracesIn(f.Records)
	}
	if f.err == nil {
		s.decodeRows(f, worker)
		s.addMetadata(f)
		s.refuseFuture(f, now)
	}
	for i := range f.letters {
		f.letters[i].Source, f.letters[i].Partition, f.letters[i].At = cmp.Or(s.Of, s.Name), f.Partition, now
	}
}

func (s *source) unpack(f *fetched) {
	records, rejects, err := f.Unpack(s.rooms.take())
	if err != nil {
		f.err = fmt.Errorf("source %s: %w", s.Name, err)
	}
	f.Records, f.letters = records, append(f.letters, rejects...)
}

func (s *source) decodeRows(f *fetched, worker int) {
	if f.Rows != nil {
		f.rows = f.Rows
		return
	}
	if len(f.Records) == 0 {
		return
	}
	for i := range f.Records {
		f.bytes += int64(len(f.Records[i].Value))
	}
	if s.decoders == nil {
		f.err = fmt.Errorf("source %s: got records, but has no format to decode them", s.Name)
		return
	}
	d, err := s.decoders[worker].Decode(f.Records)
	if err != nil {
		f.err = fmt.Errorf("source %s: decode partition %s: %w", s.Name, f.Partition, err)
		return
	}
	for _, r := range d.Rejects {
		record := &f.Records[r.Record]
		f.letters = append(f.letters, engine.DeadLetter{
			Offset: record.Offset, Value: bytes.Clone(record.Value), Meta: cloneMeta(record.Meta), Reason: r.Reason,
		})
	}
	f.rows, f.origin = d.Rows, d.Record
}

// firstAtOrAfter is the first row whose position is not before next.
func (f *fetched) firstAtOrAfter(next int64) int {
	n := int(f.rows.NumRows())
	if n == 0 || f.offset(0) >= next {
		return 0
	}
	return sort.Search(n, func(i int) bool { return f.offset(i) >= next })
}

// infinity is DuckDB's timestamp of that name; negative, -infinity. Neither is a time that a watermark can follow.
const infinity = math.MaxInt64

// highestFrom is the highest event time from a row on, MinTime if there is none.
func (f *fetched) highestFrom(from int) engine.Time {
	highest := engine.MinTime
	if f.source.event < 0 {
		return highest
	}
	column := f.rows.Column(f.source.event).(*array.Timestamp)
	values := column.Values()
	if column.NullN() == 0 {
		for _, v := range values[from:] {
			if v != infinity && v != -infinity {
				highest = max(highest, engine.Time(v))
			}
		}
		return highest
	}
	for i := from; i < len(values); i++ {
		if v := values[i]; column.IsValid(i) && v != infinity && v != -infinity {
			highest = max(highest, engine.Time(values[i]))
		}
	}
	return highest
}

// takeLetters notes which views lack the dead letters of a fetch, and marks those at positions that were read before, for another query:
// that one may have read other columns, so that the letter need not be known.
func (s *source) takeLetters(f *fetched) {
	known := s.positions[f.Partition].next
	for _, l := range f.letters {
		l.Again = l.Offset < known || s.Of != ""
		l.Views = s.lacking(f.Partition, l.Offset)
		s.letters = append(s.letters, l)
		s.lastLetter = l
		s.lastLetter.Value, s.lastLetter.Meta = nil, nil
	}
	s.deadLetters += int64(len(f.letters))
}

// lacking are the views that come to a position now. Others have passed it, or will read it later, when it may be no dead letter.
func (s *source) lacking(partition string, offset int64) []string {
	var views []string
	for _, r := range s.readings {
		if r.query.running() && r.at(partition).next <= offset {
			views = append(views, r.query.Name)
		}
	}
	return views
}
