package aggregate

import (
	"bytes"
	"errors"
	"slices"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/operators/keys"
)

// Flush implements engine.Flusher: it emits what has changed, and then drops the windows that have closed.
func (o *Operator) Flush(out engine.Emitter) error {
	if !o.config.Node.Changes {
		return nil
	}
	for _, p := range o.closing {
		if err := o.flushPane(p, out); err != nil {
			return err
		}
		o.panes.recycle(p)
	}
	o.closing = o.closing[:0]
	for _, p := range o.panes.all() {
		if o.held(p) && (p.key.null || p.key.value >= o.passed) {
			continue
		}
		if err := o.flushPane(p, out); err != nil {
			return err
		}
	}
	if err := o.output.flush(out); err != nil || !o.config.Node.Retracts {
		return err
	}
	return o.forget()
}

func (o *Operator) flushPane(p *pane, out engine.Emitter) error {
	if err := o.show(p); err != nil {
		return err
	}
	c := &p.changes
	for from := 0; from < len(c.touched); {
		some, bytes := p.some(c.touched[from:min(from+maxRows/2, len(c.touched))])
		if o.output.room() < 2*len(some) || o.output.bytes > maxBytes {
			if err := o.output.flush(out); err != nil {
				return err
			}
		}
		if err := o.flushGroups(p, some, c.starts[from:from+len(some)]); err != nil {
			return err
		}
		from += len(some)
		o.output.bytes += bytes
	}
	if p.live != nil {
		if slices.ContainsFunc(c.touched, func(g uint32) bool { return p.live[g] < 0 }) {
			return errors.New("aggregate: the input takes back a row that is not there")
		}
		c.hide(c.touched, func(g uint32) bool { return o.there(p, g) })
	}
	c.settle(p.table.Len())
	return nil
}

// held reports whether nothing of a pane has come out, because the watermark has not passed it.
func (o *Operator) held(p *pane) bool {
	w := o.config.Node.Window
	return w != nil && w.Held && !p.shown
}

// show lets a pane that was held come out: none of its groups has.
func (o *Operator) show(p *pane) error {
	if !o.held(p) {
		return nil
	}
	p.shown = true
	return o.touch(p, keys.Iota(nil, p.table.Len()))
}

// flushGroups takes back the old rows of the groups that differ from their new ones, and adds the new ones.
func (o *Operator) flushGroups(p *pane, groups []uint32, starts []int) error {
	data, ends, err := o.results.encode(p, groups)
	if err != nil {
		return err
	}
	var gone, come []uint32
	var at []int
	start := 0
	for i, g := range groups {
		row := data[start:ends[i]]
		start = ends[i]
		if !o.there(p, g) {
			if starts[i] >= 0 {
				gone, at = append(gone, g), append(at, starts[i])
			}
			continue
		}
		if starts[i] < 0 {
			come = append(come, g)
		} else if !bytes.HasPrefix(p.changes.old[starts[i]:], row) { // a row tells its own length: a prefix is the whole
			gone, come, at = append(gone, g), append(come, g), append(at, starts[i])
		}
	}
	o.output.appendKeys(p, gone, -1)
	o.results.encoder.Decode(o.output.results, p.changes.old, at)
	return o.output.append(p, come)
}
