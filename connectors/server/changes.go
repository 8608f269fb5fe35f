package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/weirdb/weir/engine"
)

// serveChanges streams a view's changes as they commit: a SUBSCRIBE. changesndjson.go and changesevents.go lay down the two formats;
// both say the same:
//
//	rows         what an epoch has added (weight 1) and taken back (weight -1)
//	gap          changes were missed, by a client that reads too slowly or was away for too long: read the table again
//	progress     all changes up to and with an epoch have been sent
//
// With ?snapshot=true the table comes first, as rows of weight 1 of one epoch, ended by its progress, and again after each gap, which
// then says: forget what you have. With ?from_epoch=N come the changes after epoch N, the last one that the client has whole.
// With ?progress=true each epoch of the engine has its progress, also those that change nothing here, and again while there are none.
func (a *api) serveChanges(w http.ResponseWriter, r *http.Request) {
	q := a.findView(w, r)
	if q == nil {
		return
	}
	wish, bad := wishOf(r)
	if bad != nil {
		writeProblem(w, bad)
		return
	}
	f := &feed{api: a, view: q, wish: wish, sent: wish.after}
	if err := f.open(r.Context()); err != nil {
		f.close()
		writeProblem(w, problemOf(err, ""))
		return
	}
	defer f.close()
	out := newStream(w, wish.format.header)
	defer out.finish()
	f.out = wish.format.new(out)
	f.run(r.Context())
}

// feed is one client's reading of a view.
//
// A snapshot joins the changes without a gap or a double because the feed subscribes first, reads the table and its epoch in one
// transaction then, and leaves out the changes up to that epoch: those of later epochs are published after their commit, so that
// none of them was published before the subscription.
//
//	epochs      5 │ 6   7 │ 8   9
//	subscribed    └ 6   7   8   9 …    the subscription brings 6 and 7 too,
//	table                 └ 8   9 …    which the table has: they are left out
type feed struct {
	api   *api
	view  *engine.QueryStatus
	wish  wish
	out   changeWriter
	sub   *engine.Subscription
	table *Result // the snapshot to begin with; nil without
	gone  *engine.ForgottenError
	sent  int64 // the client has all changes up to this epoch
}

// open subscribes, and reads the table if the client wants it and cannot go on behind the epoch that it has.
func (f *feed) open(ctx context.Context) (err error) {
	f.sub, err = f.api.backend.Subscribe(engine.Following{View: f.view.View, After: f.wish.after, Progress: f.wish.progress})
	if errors.As(err, &f.gone) && (f.wish.again || f.wish.snapshot) {
		f.sent = engine.FromNow
		f.sub, err = f.api.backend.Subscribe(engine.Following{View: f.view.View, After: engine.FromNow, Progress: f.wish.progress})
	}
	if err != nil || !f.wish.snapshot || f.sent != engine.FromNow {
		return err
	}
	f.table, f.sent, err = f.api.backend.Snapshot(ctx, f.view.View)
	return err
}

func (f *feed) close() {
	if f.table != nil {
		f.table.Close()
	}
	if f.sub == nil {
		return
	}
	for _, c := range f.sub.Missed {
		releaseAll(c)
	}
	stopReading(f.sub.Changes, f.sub.Cancel)
}

// run sends until the client leaves, the view is dropped or the engine stops.
func (f *feed) run(ctx context.Context) {
	f.out.begin(columnsOf(f.view.Columns))
	switch {
	case f.table != nil:
		f.sendTable(ctx, f.gone != nil)
	case f.gone != nil:
		f.out.changes(engine.Committed{Epoch: f.gone.Last, Gap: true})
	}
	for len(f.sub.Missed) > 0 && f.out.failed() == nil {
		c := f.sub.Missed[0]
		f.sub.Missed = f.sub.Missed[1:]
		f.take(ctx, c)
	}
	f.follow(ctx)
}

func (f *feed) follow(ctx context.Context) {
	heartbeat := time.NewTicker(f.api.options.Heartbeat)
	defer heartbeat.Stop()
	for f.out.failed() == nil {
		select {
		case <-ctx.Done():
			if ended(f.sub.Changes) { // the engine has stopped, and then the server
				f.out.end()
			}
			return
		case <-heartbeat.C:
			f.out.heartbeat(f.sent, f.wish.progress)
		case c, open := <-f.sub.Changes:
			if !open {
				f.out.end()
				return
			}
			f.take(ctx, c)
			heartbeat.Reset(f.api.options.Heartbeat)
		}
	}
}

// take sends one epoch, unless the client has it.
func (f *feed) take(ctx context.Context, c engine.Committed) {
	defer releaseAll(c)
	if c.Epoch <= f.sent {
		return
	}
	if c.Gap && f.wish.snapshot {
		f.restart(ctx)
		return
	}
	f.sent = c.Epoch
	if c.Gap || len(c.Batches) > 0 {
		f.out.changes(c)
	}
	if f.wish.progress {
		f.out.progress(c.Epoch)
	}
}

// restart sends the table anew.
func (f *feed) restart(ctx context.Context) {
	var err error
	if f.table, f.sent, err = f.api.backend.Snapshot(ctx, f.view.View); err != nil {
		breakOff(ctx)
		return
	}
	f.sendTable(ctx, true)
}

// sendTable sends the snapshot. Again says that it replaces what the client has.
func (f *feed) sendTable(ctx context.Context, again bool) {
	defer func() {
		f.table.Close()
		f.table = nil
	}()
	f.out.beginTable(f.sent, again)
	for f.out.failed() == nil && f.table.Reader.Next() {
		f.out.table(f.sent, f.table.Reader.RecordBatch())
	}
	if f.table.Reader.Err() != nil {
		breakOff(ctx)
		return
	}
	f.out.progress(f.sent)
}

// breakOff cuts the connection, so that nobody takes a part of the table for the whole, unless the client has left by itself.
func breakOff(ctx context.Context) {
	if ctx.Err() == nil {
		panic(http.ErrAbortHandler) // net/http's own way to do it
	}
}

// stopReading ends a subscription and gives back what was still on its way.
func stopReading(changes <-chan engine.Committed, cancel func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		cancel()
	}()
	for {
		select {
		case c, open := <-changes:
			if !open {
				<-done
				return
			}
			releaseAll(c)
		case <-done:
			releaseQueued(changes)
			return
		}
	}
}

// releaseQueued gives back what lies in a channel that nobody sends to any more.
func releaseQueued(changes <-chan engine.Committed) { ended(changes) }

// ended reports whether a channel is closed behind what lies in it, which it gives back.
func ended(changes <-chan engine.Committed) bool {
	for {
		select {
		case c, open := <-changes:
			if !open {
				return true
			}
			releaseAll(c)
		default:
			return false
		}
	}
}

func releaseAll(c engine.Committed) {
	for _, b := range c.Batches {
		b.Release()
	}
}
