// Package panel is what Weir's dashboards have in common, those that come with it and those that are generated from views: its queries,
// panels of one look, their places on the grid, and the file that comes of it. It is built on Grafana's foundation SDK.
//
// To add a kind of panel: a function in look.go.
package panel

import (
	"reflect"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"
)

// Format is the shape in which rows come back, as Grafana's SQL data sources number them.
type Format int

// The formats. In a time series, text columns are labels.
const (
	TimeSeries Format = 0
	Table      Format = 1
)

// Query is a query of Weir's data source.
type Query struct {
	RefID      string               `json:"refId"`
	Datasource common.DataSourceRef `json:"datasource"`
	EditorMode string               `json:"editorMode"`
	Format     Format               `json:"format"`
	RawSQL     string               `json:"rawSql"`
	// Live has the panel follow a view: it shows the view's rows, and those that come as they are committed. RawSQL is for where
	// nothing can be live, such as alert rules.
	Live    bool     `json:"live,omitempty"`
	Builder *Builder `json:"builder,omitempty"`
}

// Builder names the view that a live query follows, and the columns that are shown of it: all, unless it says which.
type Builder struct {
	View     string    `json:"view"`
	Time     string    `json:"time,omitempty"`
	Groups   []string  `json:"groups,omitempty"` // columns that tell series apart
	Measures []Measure `json:"measures,omitempty"`
	Where    string    `json:"where,omitempty"` // columns compared with values, joined by AND
	// Whole has the query be live only where the whole time range can be shown: a stream begins with the newest rows.
	Whole bool `json:"whole,omitempty"`
}

// Measure is a column of numbers.
type Measure struct {
	Column string `json:"column"`
}

// SQL is a query of a statement, the panel's only one.
func SQL(format Format, text string) Query {
	return Query{RefID: "A", Datasource: Weir.Ref(), EditorMode: "code", Format: format, RawSQL: text}
}

// Following is the query, live.
func (q Query) Following(what Builder) Query {
	q.Live, q.Builder = true, &what
	return q
}

var (
	_ variants.Dataquery              = Query{}
	_ cog.Builder[variants.Dataquery] = Query{}
)

// Build implements cog.Builder.
func (q Query) Build() (variants.Dataquery, error) { return q, nil }

// ImplementsDataqueryVariant implements variants.Dataquery.
func (q Query) ImplementsDataqueryVariant() {}

// DataqueryType implements variants.Dataquery.
func (q Query) DataqueryType() string { return Weir.Plugin }

// Validate implements variants.Dataquery.
func (q Query) Validate() error { return nil }

// Equals implements variants.Dataquery.
func (q Query) Equals(other variants.Dataquery) bool { return reflect.DeepEqual(q, other) }
