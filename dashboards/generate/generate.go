// Package generate makes Grafana dashboards from views: what is drawn, and how, comes from their columns, from what tells their rows apart,
// and from what their definitions say for people.
//
//	a time, keys, numbers           lines, a series for each key
//	value, lower, upper, is_anomaly a band, with marks
//	no time, one row                numbers
//	anything else                   a table
//
// The same views give the same dashboard to the last byte. Panels have numbers that come from their names, so that one view more changes no
// other. To draw another shape of view: a function in shape.go, and a case in View.panels.
package generate

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"regexp"
	"strings"

	"github.com/weirdb/weir/dashboards/panel"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// View is what is known of a view.
type View struct {
	Name    string
	Emit    string // close or changes
	Columns []types.Field
	About   engine.About
}

// Tag is that of all dashboards that are generated, by which they are known again.
const Tag = "weir-generated"

// Options say how dashboards begin.
type Options struct {
	From    string // where the time range begins; now-1h if empty
	Refresh string // 10s if empty
}

// Board makes the dashboard of some views. Its name, which stands in its UID, tells it from others.
func Board(name, title string, views []View, o Options) panel.Board {
	b := panel.Board{
		UID: UID(name), Title: title, Tags: []string{Tag}, Source: panel.Weir, From: cmp.Or(o.From, "now-1h"), Refresh: cmp.Or(o.Refresh, "10s"),
		Description: "Made by `weir dashboard`, which can make it again.",
	}
	b.Variables = variables(views)
	for i := range views {
		v := &views[i]
		b.Sections = append(b.Sections, panel.Section{Title: v.title(), Panels: v.panels()})
		if v.isBand() {
			b.Annotations = append(b.Annotations, v.annotation())
		}
	}
	return b
}

// unusual are characters that do not stand in a UID.
var unusual = regexp.MustCompile(`[^a-z0-9_]+`)

// UID is the UID of a dashboard. Names that are written alike have others all the same.
func UID(name string) string {
	const most = 24
	plain := strings.Trim(unusual.ReplaceAllString(strings.ToLower(name), "-"), "-")
	if plain == name && len(plain) <= most {
		return "weir-" + plain
	}
	h := fnv.New32a()
	h.Write([]byte(name))
	return fmt.Sprintf("weir-%s-%08x", plain[:min(len(plain), most)], h.Sum32())
}

func (v *View) title() string { return cmp.Or(v.About.Title, v.Name) }
