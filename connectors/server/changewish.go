package server

import (
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
)

// changeWriter sends a view's changes in one format. What it writes while the client is there counts; failed says that it has left.
type changeWriter interface {
	begin(columns []column)
	// changes sends one epoch, or that there was a gap before it.
	changes(c engine.Committed)
	// beginTable announces the table as it is at an epoch. Again says that it replaces what was sent.
	beginTable(epoch int64, again bool)
	// table sends some of the table's rows, which it borrows.
	table(epoch int64, rows arrow.RecordBatch)
	// progress says that everything up to and with an epoch has been sent.
	progress(epoch int64)
	// heartbeat keeps a quiet connection open. Progress says that the client wants to hear of epochs.
	heartbeat(sent int64, progress bool)
	// end says that there will be no more changes.
	end()
	failed() error
}

// changeFormat is a format that a client may ask for.
type changeFormat struct {
	mediaType string
	header    string // Content-Type
	new       func(*stream) changeWriter
}

// changeFormats are the formats there are, the default first.
var changeFormats = []changeFormat{
	{"application/x-ndjson", "application/x-ndjson", newNDJSONChanges},
	{"text/event-stream", "text/event-stream", newEventChanges},
}

// wish is what a client wants to be sent.
type wish struct {
	format   *changeFormat
	after    int64 // the epoch that it has; engine.FromNow for none
	again    bool  // it comes back by itself, as browsers do, and is to be told of a gap rather than refused
	snapshot bool
	progress bool
}

func wishOf(r *http.Request) (w wish, bad *problem) {
	w.after = engine.FromNow
	if w.format, bad = changeFormatOf(r.Header.Get("Accept")); bad != nil {
		return w, bad
	}
	if w.snapshot, bad = flagOf(r, "snapshot"); bad != nil {
		return w, bad
	}
	if w.progress, bad = flagOf(r, "progress"); bad != nil {
		return w, bad
	}
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		w.again = true
		w.after, bad = epochOf("the header Last-Event-ID", last)
	} else if from := r.URL.Query().Get("from_epoch"); from != "" {
		w.after, bad = epochOf("from_epoch", from)
	}
	return w, bad
}

// changeFormatOf picks the first format of an Accept header that there is.
func changeFormatOf(accept string) (*changeFormat, *problem) {
	if accept == "" {
		return &changeFormats[0], nil
	}
	for part := range strings.SplitSeq(accept, ",") {
		name, _, _ := mime.ParseMediaType(part)
		if name == "*/*" || name == "application/*" {
			return &changeFormats[0], nil
		}
		for i := range changeFormats {
			if changeFormats[i].mediaType == name {
				return &changeFormats[i], nil
			}
		}
	}
	bad := &problem{status: http.StatusNotAcceptable, Code: "format", Message: "no such format of changes: " + accept}
	for i := range changeFormats {
		bad.Names = append(bad.Names, changeFormats[i].mediaType)
	}
	return nil, bad
}

func flagOf(r *http.Request, name string) (bool, *problem) {
	switch text := r.URL.Query().Get(name); text {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	default:
		return false, badParameter(fmt.Sprintf("%s=%s: must be true or false", name, text))
	}
}

func epochOf(name, text string) (int64, *problem) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, badParameter(fmt.Sprintf("%s %q: must be the number of an epoch whose changes you have", name, text))
	}
	return n, nil
}

func badParameter(message string) *problem {
	return &problem{status: http.StatusBadRequest, Code: "parameter", Message: message}
}
