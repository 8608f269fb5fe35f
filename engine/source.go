package engine

import (
	"context"
	"errors"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine/types"
)

// Record is one message or line as it came: bytes not yet decoded.
type Record struct {
	Offset int64 // position in its partition; grows, need not be dense
	Value  []byte
	// Meta is what a message says beside its value; nil if it was not asked for, or the connector has no messages.
	Meta *Meta
}

// Meta is what a message says beside its value, for the columns of package engine/metadata.
type Meta struct {
	Key       []byte // nil if there is none
	Timestamp Time   // MinTime if there is none
	Headers   []Header
}

// Header is one header of a message. Several may have one name.
type Header struct {
	Name  string
	Value []byte // nil if there is none
}

// Fetch is what a reader got from one partition: records for a decoder, what they are to be unpacked from, or rows that need none.
type Fetch struct {
	Partition string
	Records   []Record
	// Unpack makes the records where that is work: sums are checked, and batches decompressed and cut up, by the worker that
	// decodes them, so that partitions are unpacked in parallel. It appends the records to into, and returns more rejects.
	// It is called once at most, by any goroutine; an error ends the source. Nil if Records has them already.
	Unpack func(into []Record) ([]Record, []DeadLetter, error)
	// Done gives the memory back that Records, or what Unpack returns, lie in. It is called once at most, when nobody reads
	// them any longer. Nil if they stay valid as long as somebody refers to them.
	Done func()
	// Rows holds the columns that were asked for, in that order, when the connector reads columns itself. Behind them may come columns
	// of metadata that it gives too. Whoever gets the fetch releases it.
	Rows arrow.RecordBatch
	// Offsets are the positions of Rows, one each, ascending.
	Offsets []int64
	// Weights are those of Rows, +1 or -1 each, where the connector takes rows back: a plain table. Nil says that all are added.
	Weights []int8
	// Next is the position to resume from once this fetch is committed. A later fetch may begin before it: what comes again does not
	// count again.
	Next int64
	// Watermark, where a connector knows more than the event times say, tells that no earlier event will come in the partition. It
	// counts after the fetch's rows, and only if it is higher than what follows from them. Nil says nothing.
	Watermark *Time
	// Waiting is how many records, or bytes where the connector counts those, are known to wait behind this fetch; -1 if
	// the connector cannot tell. Zero means that the partition had nothing more.
	Waiting int64
	// End says that the partition is finished: a bounded read has reached the end that it was given.
	End bool
	// Rejects are rows that the connector itself could not read, in a format that it reads by columns.
	Rejects []DeadLetter
}

// ReadOptions tell a source how to read.
type ReadOptions struct {
	// Columns are what the queries need, top-level, in the order in which Fetch.Rows must have them.
	Columns []types.Field
	// Metadata are the columns of metadata that the queries need. They are not among Columns. Those that tell where an event lies are
	// made of the fetch; a connector of messages sets Record.Meta if there are others.
	Metadata []types.Field
	// From is the position to resume each partition at. A partition that is not named starts where the source's own option
	// says, or at its beginning.
	From map[string]int64
	// NotAfter bounds where a partition that From does not name may start: another query stands there, and needs all that
	// follows.
	NotAfter map[string]int64
	// Bounded asks for the present content only: the reader notes where each partition ends now, and ends there.
	Bounded bool
	// Again says that the events from From on have been read before, and all are to be had once more: a source that has lost some
	// returns an error that says so.
	Again bool
	// Traces asks for the headers of W3C Trace Context in Record.Meta, where the connector has them.
	Traces bool
	// Tracer takes spans of what the reader does beside Poll; nil if nobody keeps any.
	Tracer Tracer
	// Aside says that another reader follows the source's present: what this one has committed is not for others to see.
	Aside bool
}

// ErrGone is in the error of Open where what has to be read again is no more: asking again would not bring it back, and might skip it.
var ErrGone = errors.New("it is gone")

// Source is a configured stream of events that can be read again from a position.
type Source interface {
	// Open starts reading. The reader's own goroutines end when it is closed. It may take as long as a system takes to answer, since
	// nothing waits for it but bounded runs, but ends with ctx. It is called again after an error, unless that is ErrGone.
	Open(ctx context.Context, o ReadOptions) (Reader, error)
}

// Latest is a time after every record: what begins there reads only what is to come.
var Latest = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Seeker is what a Source adds that knows when its records came, so that reading can begin at a time.
type Seeker interface {
	// Seek returns the position of the first record, in each partition there is, that came at or after t; where none did, the
	// position of the next one to come. It is called before Open.
	Seek(ctx context.Context, t time.Time) (map[string]int64, error)
}

// Reader fetches from the partitions of one source. One goroutine calls it.
type Reader interface {
	// Partitions are those known now. A new one may join between polls; a query's watermark waits for each of them.
	Partitions() []string
	// Poll waits until something was fetched, the reader has ended, or ctx is done, and returns at most a few thousand
	// records for each partition, so that what lies in memory is bounded. A bounded reader returns io.EOF after every
	// partition's End. Other errors end the source: what can be retried is retried inside.
	Poll(ctx context.Context) ([]Fetch, error)
	// Committed tells that everything before these positions has been committed and will not be asked for again.
	Committed(positions map[string]int64) error
	// Close stops reading and frees what the reader holds.
	Close() error
}

// AlignedReader is what a reader adds that can leave partitions unread for a while, so that they do not run ahead of others.
type AlignedReader interface {
	// Hold names the partitions that are not to be fetched until the next call, in place of those that it named before. What has been
	// fetched already may still come. Poll goes on with the others; if there are none, it waits. It may be called beside Poll.
	Hold(partitions []string)
}

// Decoder turns records into rows. A decoder belongs to one goroutine.
type Decoder interface {
	// Decode appends the records that it can decode to a new batch. The caller releases Decoded.Rows.
	Decode(records []Record) (Decoded, error)
}

// Decoded is the outcome of decoding.
type Decoded struct {
	Rows arrow.RecordBatch
	// Record[i] is the position, in the records given, of the one that row i came from. Nil if row i came from record i.
	Record []int32
	// Rejects are the records that could not be decoded, by position, with the reason.
	Rejects []Reject
}

// Reject is a record that could not be decoded.
type Reject struct {
	Record int    // position in the records given
	Reason string // what was wrong, and where
}

// Format makes decoders.
type Format interface {
	// NewDecoder returns a decoder for the given top-level columns of each record, in that order.
	NewDecoder(columns []types.Field) (Decoder, error)
}
