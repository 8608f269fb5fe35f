package panel

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// Board is a dashboard: sections, each with panels from left to right and from top to bottom.
type Board struct {
	UID         string // at most 40 characters
	Title       string
	Description string
	Tags        []string
	Source      Source
	From        string // where its time range begins, such as now-1h
	Refresh     string // such as 5s
	Variables   []cog.Builder[dashboard.VariableModel]
	Annotations []cog.Builder[dashboard.AnnotationQuery]
	Sections    []Section
}

// Section is a row with a title, and the panels below it. Without a title there is no row.
type Section struct {
	Title  string
	Panels []Placed
}

// Placed is a panel with its size on the grid, which is 24 wide.
type Placed struct {
	// Key names the panel in its section for good, so that it keeps its number whatever comes before it; the panel's title if empty.
	Key           string
	Width, Height uint32
	Panel         cog.Builder[dashboard.Panel]
}

// linkTag is that of the dashboards that link to one another.
const linkTag = "weir"

// Build lays the panels out. What it makes of the same board is the same to the last byte. It is of the first version of Grafana's model,
// which every Grafana that runs the data source reads; the second wants a newer one.
func (b Board) Build() (dashboard.Dashboard, error) { //nolint:staticcheck // see above
	d := dashboard.NewDashboardBuilder(b.Title). //nolint:staticcheck // see above
							Uid(b.UID).Description(b.Description).Tags(append([]string{linkTag}, b.Tags...)).
							Time(b.From, "now").Refresh(b.Refresh).Timezone("browser").Tooltip(dashboard.DashboardCursorSyncCrosshair).WithVariable(b.Source.variable())
	for _, v := range b.Variables {
		d.WithVariable(v)
	}
	for _, a := range b.Annotations {
		d.Annotation(a)
	}
	d.Link(dashboard.NewDashboardLinkBuilder("Weir").Type(dashboard.DashboardLinkTypeDashboards).Tags([]string{linkTag}).AsDropdown(true).KeepTime(true))
	out, err := d.Build()
	if err != nil {
		return out, fmt.Errorf("dashboard %s: %w", b.Title, err)
	}
	out.Panels, err = b.panels()
	return out, err
}

// JSON is the dashboard as Grafana reads it from a file.
func (b Board) JSON() ([]byte, error) {
	d, err := b.Build()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(d); err != nil {
		return nil, fmt.Errorf("dashboard %s: %w", b.Title, err)
	}
	return out.Bytes(), nil
}

// panels are the sections' panels, with their numbers and places.
func (b Board) panels() ([]dashboard.PanelOrRowPanel, error) {
	var out []dashboard.PanelOrRowPanel
	ids, at := numbers{}, grid{}
	for _, s := range b.Sections {
		if s.Title != "" {
			row := dashboard.NewRowPanel()
			row.Title, row.Id, row.Panels = cog.ToPtr(s.Title), ids.of("row "+s.Title), []dashboard.Panel{}
			row.GridPos = at.place(columns, 1)
			out = append(out, dashboard.PanelOrRowPanel{RowPanel: row})
		}
		for _, placed := range s.Panels {
			p, err := placed.Panel.Build()
			if err != nil {
				return nil, fmt.Errorf("dashboard %s, %s: %w", b.Title, s.Title, err)
			}
			key := placed.Key
			if key == "" {
				key = *p.Title
			}
			p.Id, p.GridPos = cog.ToPtr(ids.of(s.Title+"/"+key)), at.place(placed.Width, placed.Height)
			p.Datasource = refTo(b.Source)
			out = append(out, dashboard.PanelOrRowPanel{Panel: &p})
		}
		at.newLine()
	}
	return out, nil
}

func refTo(s Source) *common.DataSourceRef {
	ref := s.Ref()
	return &ref
}

// numbers gives panels numbers that depend on their names only.
type numbers map[uint32]bool

func (n numbers) of(name string) uint32 {
	const most = 1_000_000
	h := fnv.New32a()
	h.Write([]byte(name))
	id := h.Sum32()%most + 1
	for n[id] {
		id = id%most + 1
	}
	n[id] = true
	return id
}

// columns is how wide Grafana's grid is.
const columns = 24

// grid places panels beside one another while there is room.
type grid struct{ x, y, height uint32 }

func (g *grid) place(width, height uint32) *dashboard.GridPos {
	if g.x+width > columns {
		g.newLine()
	}
	pos := &dashboard.GridPos{X: g.x, Y: g.y, W: width, H: height}
	g.x, g.height = g.x+width, max(g.height, height)
	return pos
}

func (g *grid) newLine() { g.x, g.y, g.height = 0, g.y+g.height, 0 }
