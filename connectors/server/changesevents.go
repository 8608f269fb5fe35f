package server

import (
	"fmt"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
)

// eventRows is how many rows go into one event; an epoch with more takes several.
const eventRows = 10_000

// eventChanges sends Server-Sent Events, which browsers read, and follow again by themselves:
//
//	event: schema    data: {"columns":[{"name","type"},…]}                           once, at the start
//	event: changes   data: {"epoch":7,"gap":false,"rows":[[weight,value,…],…]}       id: 7, with the last event of the epoch
//	event: snapshot  data: {"epoch":7,"rows":[[1,value,…],…]}                        after an event changes with gap:true
//	event: progress  data: {"epoch":7}                                               id: 7
//	event: end       data: {}                                                        the view was dropped, or the engine stops
//	: heartbeat                                                                      when nothing else was sent for a while
//
// A browser comes back with the last id that it has got, and gets what it has missed.
type eventChanges struct{ *stream }

func newEventChanges(s *stream) changeWriter { return &eventChanges{s} }

func (e *eventChanges) begin(columns []column) {
	e.buf = append(e.buf, "event: schema\ndata: {\"columns\":["...)
	for i, c := range columns {
		if i > 0 {
			e.buf = append(e.buf, ',')
		}
		e.buf = append(appendString(append(e.buf, `{"name":`...), c.Name), `,"type":`...)
		e.buf = append(appendString(e.buf, c.Type), '}')
	}
	e.finishEvent("]}")
}

func (e *eventChanges) finishEvent(last string) {
	e.buf = append(append(e.buf, last...), "\n\n"...)
	e.send()
}

func (e *eventChanges) changes(c engine.Committed) {
	left := 0
	for _, b := range c.Batches {
		left += int(b.Rows.NumRows())
	}
	e.openChanges(c.Epoch, c.Gap, left <= eventRows)
	rows := 0
	for _, b := range c.Batches {
		write := jsonRow(b.Rows)
		for i := range int(b.Rows.NumRows()) {
			if rows == eventRows {
				e.finishEvent("]}")
				left -= rows
				e.openChanges(c.Epoch, false, left <= eventRows)
				rows = 0
			}
			e.row(weightOf(b, i), write, i, rows == 0)
			rows++
		}
	}
	e.finishEvent("]}")
}

// openChanges begins an event. Only the last one of an epoch has an id: who has got part of an epoch comes back for all of it.
func (e *eventChanges) openChanges(epoch int64, gap, last bool) {
	e.buf = append(e.buf, "event: changes\n"...)
	if last {
		e.buf = fmt.Appendf(e.buf, "id: %d\n", epoch)
	}
	e.buf = fmt.Appendf(e.buf, "data: {\"epoch\":%d,\"gap\":%t,\"rows\":[", epoch, gap)
}

func (e *eventChanges) row(weight int8, write cell, i int, first bool) {
	if !first {
		e.buf = append(e.buf, ',')
	}
	e.buf = strconv.AppendInt(append(e.buf, '['), int64(weight), 10)
	start := len(e.buf)
	e.buf = write(append(e.buf, ','), i)
	if len(e.buf) == start+1 { // no columns
		e.buf = e.buf[:start]
	}
	e.buf = append(e.buf, ']')
}

// beginTable always says that what the client has is void: it may have come back by itself, with a part of an earlier snapshot.
func (e *eventChanges) beginTable(epoch int64, _ bool) {
	e.openChanges(epoch, true, false)
	e.finishEvent("]}")
}

func (e *eventChanges) table(epoch int64, rows arrow.RecordBatch) {
	e.buf = fmt.Appendf(e.buf, "event: snapshot\ndata: {\"epoch\":%d,\"rows\":[", epoch)
	write := jsonRow(rows)
	for i := range int(rows.NumRows()) {
		e.row(1, write, i, i == 0)
	}
	e.finishEvent("]}")
}

func (e *eventChanges) progress(epoch int64) {
	e.buf = fmt.Appendf(e.buf, "event: progress\nid: %d\ndata: {\"epoch\":%d", epoch, epoch)
	e.finishEvent("}")
}

func (e *eventChanges) heartbeat(int64, bool) {
	e.buf = append(e.buf, ": heartbeat"...)
	e.finishEvent("")
}

func (e *eventChanges) end() {
	e.buf = append(e.buf, "event: end\ndata: {}"...)
	e.finishEvent("")
}

func weightOf(b engine.Batch, row int) int8 {
	if b.Weights == nil {
		return 1
	}
	return b.Weights[row]
}
