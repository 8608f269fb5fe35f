package node

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/preview"
	"github.com/weirdb/weir/sql/catalog"
	"github.com/weirdb/weir/sql/parse"
)

// views say what becomes of each view, dropped ones last. Was is the last commit.
func (p *previewed) views(ctx context.Context, was engine.Checkpoint) (out []preview.View, err error) {
	for _, v := range p.after {
		x := preview.View{Name: v.Name, Replaces: v.Replaces, Fate: p.fate(v.Name)}
		if x.Fate != preview.Created {
			x.Why = p.why(v.Name)
		}
		for _, s := range p.node.catalog.Sinks {
			if s.View == v.Name {
				x.Sinks = append(x.Sinks, s.Name)
			}
		}
		x.Sources = p.readings(ctx, v)
		out = append(out, x)
	}
	for _, v := range p.before {
		if viewNamed(p.after, v.Name) == nil {
			out = append(out, preview.View{Name: v.Name, Replaces: v.Replaces, Fate: preview.Dropped})
		}
	}
	for i := range out {
		if out[i].Fate == preview.Created {
			continue
		}
		out[i].StateBytes = stateBytes(was, out[i].Name)
		if out[i].Rows, err = p.node.store.Count(ctx, out[i].Name); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func viewNamed(views []*catalog.View, name string) *catalog.View {
	at := slices.IndexFunc(views, func(v *catalog.View) bool { return v.Name == name })
	if at < 0 {
		return nil
	}
	return views[at]
}

// fate is what becomes of a view that there is in the end.
func (p *previewed) fate(view string) preview.Fate {
	if viewNamed(p.before, view) == nil {
		return preview.Created
	}
	fate := preview.Kept
	p.eachChange(view, func(_ catalog.Decision, change catalog.Change) {
		if change.Rebuild {
			fate = preview.Rebuilt
		}
	})
	return fate
}

// why are the reasons that its changes give, in order; each once. Where another statement has changed it, that comes first.
func (p *previewed) why(view string) (out []string) {
	p.eachChange(view, func(d catalog.Decision, change catalog.Change) {
		why := change.Why
		switch {
		case change.Text == "":
			why = []string{"it is dropped first"}
		case d.Kind != parse.View && d.Kind != parse.Alert || d.Name != view:
			why = slices.Concat([]string{fmt.Sprintf("%s %s is %s", strings.ToLower(string(d.Kind)), d.Name, d.Action)}, why)
		}
		for _, reason := range why {
			if !slices.Contains(out, reason) {
				out = append(out, reason)
			}
		}
	})
	return out
}

// eachChange visits the changes to a view, with the statements that they are of.
func (p *previewed) eachChange(view string, visit func(catalog.Decision, catalog.Change)) {
	for _, decisions := range p.decisions {
		for _, d := range decisions {
			for _, change := range d.Changes {
				if change.OfView() && change.Name == view {
					visit(d, change)
				}
			}
		}
	}
}

func stateBytes(c engine.Checkpoint, view string) (total uint64) {
	for _, f := range c.State {
		if f.Query == view {
			total += f.Bytes
		}
	}
	return total
}
