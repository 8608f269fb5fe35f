package node

import (
	"context"
	"slices"

	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine/preview"
	"github.com/weirdb/weir/sql/catalog"
)

// A text of statements is applied while Weir runs between two engines, so that nothing is written to a view that it drops or makes anew. A
// mistake in it is found before, by a preview, and stops nothing.
//
//	preview ─► engine 1  … commit, end │ the text, in DuckDB and the catalog │ engine 2  load, rounds with the new views

// wantedText is a text that waits for the engine to end.
type wantedText struct {
	text string
	done chan error // has room for the outcome
}

// Statements applies a text of statements as `weir run` does with its files, and answers what has changed. What the user has to mend is a
// *server.UserError. If ctx ends first, the text may be applied or not.
func (n *Node) Statements(ctx context.Context, text string) (*preview.Preview, error) {
	if !n.options.Writable {
		return nil, &server.UserError{Code: "refused", Position: -1,
			Message: "statements can be applied here only if weir runs with --writable; put them into the files that `weir run` is given, and start it again"}
	}
	if n.options.Bounded {
		return nil, &server.UserError{Code: "refused", Position: -1, Message: "weir runs with --once: it ends by itself, and takes no statements on the way"}
	}
	p, err := n.Preview(ctx, []preview.Script{{Name: "text", Text: text}})
	if err != nil || !p.Changes && !executes(p) {
		return p, err
	}
	w := &wantedText{text: text, done: make(chan error, 1)}
	began, err := n.want(w)
	if err != nil {
		return nil, err
	}
	select {
	case err = <-w.done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	return p, awaitNext(ctx, began)
}

// executes reports whether a text has statements about plain tables, which a preview does not count as changes.
func executes(p *preview.Preview) bool {
	return slices.ContainsFunc(p.Objects, func(o preview.Object) bool { return o.Action == string(catalog.Executed) })
}

// want has the engine end, a text be applied, and another engine take over, which is there when began is closed.
func (n *Node) want(w *wantedText) (began <-chan struct{}, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stop == nil {
		return nil, server.ErrStarting
	}
	n.wanted = append(n.wanted, w)
	return n.takeOver(), nil
}

// applyWanted applies the texts that wait. It reports whether there were any.
func (n *Node) applyWanted(ctx context.Context) bool {
	n.mu.Lock()
	wanted := n.wanted
	n.wanted = nil
	n.mu.Unlock()
	for _, w := range wanted {
		w.done <- n.applyBetween(ctx, w.text)
	}
	return len(wanted) > 0
}

// applyBetween applies a text while no engine runs. If that fails, the definitions are what they were.
func (n *Node) applyBetween(ctx context.Context, text string) error {
	n.asking.Lock()
	defer n.asking.Unlock()
	done, err := n.inChange(ctx, text)
	if err != nil {
		if failed := n.load(ctx); failed != nil {
			return failed
		}
		return mistakeOf(err)
	}
	n.warn(done.changes)
	n.tellSilences()
	var others []string
	for _, c := range done.changes {
		if c.OfView() && (c.Rebuild || c.Text == "") {
			others = append(others, c.Name)
		}
	}
	if len(others) > 0 {
		n.engine.EndReadersOf(others)
	}
	return nil
}
