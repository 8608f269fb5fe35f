package relational

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/operators/keys"
)

// pane holds the rows of one window; without windows, all rows.
type pane struct {
	key    windowKey
	inputs []*bag
	shown  bool // it has come out, where windows are held
	// Where changes are emitted: the keys, what was emitted for each, and which have changed since. Elsewhere keys is nil, and all
	// rows have key 0, until the pane is so large that it has to be asked about in parts.
	keys    *keys.Table
	answers *bag
	dirty   []bool   // by key
	touched []uint32 // the dirty keys
	asked   []uint32 // by key: its number in the question in hand, plus one

	rows []uint32 // of the batch in hand
}

func (o *Operator) newPane(k windowKey) (*pane, error) {
	p := &pane{key: k}
	for _, schema := range o.inputs {
		p.inputs = append(p.inputs, newBag(o.mem, schema))
	}
	table, err := o.newKeys()
	if err != nil || !o.config.Node.Changes {
		return p, err
	}
	p.keys, p.answers = table, newBag(o.mem, o.output)
	return p, nil
}

func (o *Operator) newKeys() (*keys.Table, error) {
	columns := make([]arrow.DataType, len(o.key))
	for i, t := range o.key {
		columns[i] = t.Arrow()
	}
	return keys.New(columns)
}

// number sets groups[i] to the number of the key of rows[i].
func (p *pane) number(key []arrow.Array, rows, groups []uint32) {
	p.keys.Find(key, rows, groups)
	for len(p.dirty) < p.keys.Len() {
		p.dirty, p.asked = append(p.dirty, false), append(p.asked, 0)
	}
}

// touch notes that keys have changed.
func (p *pane) touch(groups []uint32) {
	if p.answers == nil {
		return
	}
	for _, g := range groups {
		if !p.dirty[g] {
			p.dirty[g] = true
			p.touched = append(p.touched, g)
		}
	}
}

// settle says that everything has been emitted.
func (p *pane) settle() {
	for _, g := range p.touched {
		p.dirty[g] = false
	}
	p.touched = p.touched[:0]
}

// size is how many rows the inputs have in the pane.
func (p *pane) size() int {
	n := 0
	for _, b := range p.inputs {
		n += b.len()
	}
	return n
}

func (p *pane) release() {
	for _, b := range p.inputs {
		b.release()
	}
	if p.answers != nil {
		p.answers.release()
	}
}

func releasePanes(panes []*pane) {
	for _, p := range panes {
		p.release()
	}
}
