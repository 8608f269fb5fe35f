package node

import (
	"context"
	"errors"

	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine/runtime"
	"github.com/weirdb/weir/sql/catalog"
	"github.com/weirdb/weir/sql/parse"
)

// alter pauses or resumes something, or changes a source's columns. While the engine runs, another one takes over from its last commit, and is
// there when this returns: that a query goes on where it stood is then the same as after any restart.
//
//	engine 1  rounds │ commit │ end            catalog: hot is paused
//	                          engine 2  load │ rounds without hot
func (n *Node) alter(ctx context.Context, sql string) (*server.Result, error) {
	if !n.options.Writable {
		return nil, readOnly("ALTER")
	}
	began, changed, err := n.change(ctx, sql)
	if err != nil {
		return nil, err
	}
	if err := awaitNext(ctx, began); err != nil {
		return nil, err
	}
	answer := catalog.Answer{Columns: []string{"changed"}, Rows: [][]string{{changed}}}
	return answerResult(answer), nil
}

// change stores what a statement changes, and has another engine take over, if one runs and something has changed. Began is closed once the
// other one is there; nil if there is none to wait for.
func (n *Node) change(ctx context.Context, sql string) (began <-chan struct{}, changed string, err error) {
	n.asking.Lock()
	defer n.asking.Unlock()
	if err := n.refuseCascade(sql); err != nil {
		return nil, "", err
	}
	before := n.catalog.Mark()
	done, err := n.inChange(ctx, sql)
	changes := done.changes
	if err != nil {
		if len(changes) > 0 { // they could not be stored
			err = errors.Join(err, n.catalog.Restore(before))
		}
		return nil, "", mistakeOf(err)
	}
	if len(changes) == 0 {
		return nil, "", nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.takeOver(), changes[0].Name, nil
}

// takeOver has another engine go on from the last commit of the one that runs. Began is closed once it is there; nil if none runs. The caller
// holds mu.
func (n *Node) takeOver() (began <-chan struct{}) {
	if n.stop == nil {
		return nil
	}
	n.again = true
	n.engine.HandOver()
	n.stop()
	return n.began
}

// relieved has another engine take over in which a view goes on that stood still for its sink.
func (n *Node) relieved() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.takeOver()
}

// refuseCascade refuses what would empty views while an engine writes to them.
func (n *Node) refuseCascade(sql string) error {
	statements, err := parse.Statements(sql)
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if s, ok := statements[0].(parse.Alter); ok && s.Column != nil && s.Column.Cascade && n.stop != nil {
		return &server.UserError{Code: "refused", Position: -1, Message: "CASCADE works in the files that `weir run` is given, and in `weir sql --db` while Weir does not run"}
	}
	return nil
}

// goesOn reports whether another engine is to take over from the one that has ended.
func (n *Node) goesOn() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.again
}

// finish says that there is no engine any more, and none will be.
func (n *Node) finish() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stop == nil {
		return
	}
	n.stop()
	n.engine.EndReaders()
	close(n.began)
	for _, w := range n.wanted {
		w.done <- server.ErrStarting
	}
	n.stop, n.began, n.again, n.wanted = nil, nil, false, nil
}

// nextEngine makes the first engine of a Run, or the one that takes over, from the definitions as they are now. What changes in them later stops it.
func (n *Node) nextEngine(ctx context.Context, first bool) (*runtime.Engine, context.Context, error) {
	n.asking.Lock() // the definitions do not change meanwhile
	defer n.asking.Unlock()
	c, err := n.runtimeConfig()
	if err != nil {
		return nil, nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	begin := runtime.New
	if !first {
		begin = n.engine.Successor
	}
	e, err := begin(c)
	if err != nil {
		return nil, nil, errors.Join(err, closeSinks(c.Sinks))
	}
	if n.stop != nil {
		n.stop() // it has: this frees what belongs to it
	}
	ctx, n.stop = context.WithCancel(ctx)
	n.engine, n.again = e, false
	if n.began != nil {
		close(n.began)
	}
	n.began = make(chan struct{})
	return e, ctx, nil
}
