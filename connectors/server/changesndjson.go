package server

import (
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
)

// sendBytes is how much is written before it is sent, within an epoch.
const sendBytes = 64 << 10

// ndjsonChanges sends a JSON object a line:
//
//	{"epoch":7,"weight":1,"row":{"channel":"web","bids":3}}    a row came (1) or went (-1)
//	{"epoch":7,"progress":true}                                all changes up to and with epoch 7 have been sent
//	{"epoch":9,"gap":true}                                     changes before those of epoch 9 were missed
//
// The end of the answer says that the view was dropped, or the engine stops.
type ndjsonChanges struct{ *stream }

func newNDJSONChanges(s *stream) changeWriter { return &ndjsonChanges{s} }

// begin lets the client know that it is connected.
func (n *ndjsonChanges) begin([]column) { n.send() }

func (n *ndjsonChanges) changes(c engine.Committed) {
	if c.Gap {
		n.mark(c.Epoch, "gap")
	}
	for _, b := range c.Batches {
		n.rows(c.Epoch, b)
	}
	n.send()
}

func (n *ndjsonChanges) rows(epoch int64, b engine.Batch) {
	write := jsonObject(b.Rows)
	for i := range int(b.Rows.NumRows()) {
		n.head(epoch)
		n.buf = strconv.AppendInt(append(n.buf, `,"weight":`...), int64(weightOf(b, i)), 10)
		n.buf = write(append(n.buf, `,"row":`...), i)
		n.buf = append(n.buf, "}\n"...)
		if len(n.buf) >= sendBytes {
			n.send()
		}
	}
}

func (n *ndjsonChanges) head(epoch int64) {
	n.buf = strconv.AppendInt(append(n.buf, `{"epoch":`...), epoch, 10)
}

// mark writes a line that is no row.
func (n *ndjsonChanges) mark(epoch int64, what string) {
	n.head(epoch)
	n.buf = append(append(append(n.buf, `,"`...), what...), "\":true}\n"...)
}

func (n *ndjsonChanges) beginTable(epoch int64, again bool) {
	if again {
		n.mark(epoch, "gap")
	}
}

func (n *ndjsonChanges) table(epoch int64, rows arrow.RecordBatch) {
	n.rows(epoch, engine.Batch{Rows: rows})
}

func (n *ndjsonChanges) progress(epoch int64) {
	n.mark(epoch, "progress")
	n.send()
}

// heartbeat says again how far the client has come. One that does not want to hear of that gets rows only.
func (n *ndjsonChanges) heartbeat(sent int64, progress bool) {
	if progress && sent != engine.FromNow {
		n.progress(sent)
	}
}

func (n *ndjsonChanges) end() {}
