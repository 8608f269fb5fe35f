package panel

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// Source is a data source that dashboards read. They name it by a variable, so that they work with any of its kind.
type Source struct {
	Plugin string // its id
	Name   string // that it has where it is provisioned
	UID    string // likewise
}

// The data sources.
var (
	Weir       = Source{"weirdb-weir-datasource", "Weir", "weir"}
	Prometheus = Source{"prometheus", "Prometheus", "prometheus"}
)

const sourceVariable = "datasource"

// Ref refers to what the variable says.
func (s Source) Ref() common.DataSourceRef {
	return common.DataSourceRef{Type: cog.ToPtr(s.Plugin), Uid: cog.ToPtr("${" + sourceVariable + "}")}
}

func (s Source) variable() cog.Builder[dashboard.VariableModel] {
	return dashboard.NewDatasourceVariableBuilder(sourceVariable).Label("Data source").Type(s.Plugin).
		Current(dashboard.VariableOption{Text: one(s.Name), Value: one(s.UID)})
}

func one(text string) dashboard.StringOrArrayOfString {
	return dashboard.StringOrArrayOfString{String: cog.ToPtr(text)}
}

// Variable is a variable whose values are the first column that a query answers.
func Variable(name, label, sql string) *dashboard.QueryVariableBuilder {
	q := SQL(Table, sql)
	query := map[string]any{"refId": "variable", "rawSql": q.RawSQL, "format": q.Format, "editorMode": q.EditorMode}
	return dashboard.NewQueryVariableBuilder(name).Label(label).Query(dashboard.StringOrMap{Map: query}).Definition(sql).
		Datasource(Weir.Ref()).Refresh(dashboard.VariableRefreshOnTimeRangeChanged)
}

// Any lets several values of a variable be chosen, and all of them, which it is at first.
func Any(v *dashboard.QueryVariableBuilder) *dashboard.QueryVariableBuilder {
	all := func(text string) dashboard.StringOrArrayOfString {
		return dashboard.StringOrArrayOfString{ArrayOfString: []string{text}}
	}
	return v.Multi(true).IncludeAll(true).Current(dashboard.VariableOption{Selected: cog.ToPtr(true), Text: all("All"), Value: all("$__all")})
}
