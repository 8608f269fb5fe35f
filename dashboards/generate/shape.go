package generate

import (
	"slices"
	"strings"

	"github.com/weirdb/weir/dashboards/panel"
	"github.com/weirdb/weir/engine/types"
)

// bandColumns are those of a view that says what was expected, and what was not.
var bandColumns = []string{panel.BandValue, panel.BandLower, panel.BandUpper, panel.BandAnomaly}

// isBand reports whether the view has a value, a band around it, and what is outside of it.
func (v *View) isBand() bool {
	return v.About.Time != "" && !slices.ContainsFunc(bandColumns, func(name string) bool { return v.column(name) == nil })
}

// isSeries reports whether the view has numbers that go on in time: one for each of its keys.
func (v *View) isSeries() bool {
	return v.About.Time != "" && (v.About.Keys != nil || v.isWindowed()) && len(v.measures()) > 0
}

// isWindowed reports whether a row is one of a window.
func (v *View) isWindowed() bool {
	return slices.Contains(windowColumns, strings.ToLower(v.About.Time))
}

// isRow reports whether the view is one row.
func (v *View) isRow() bool {
	return v.About.Time == "" && v.About.Keys != nil && len(v.About.Keys) == 0
}

// windowColumns say which window a row is of.
var windowColumns = []string{"window_start", "window_end"}

func (v *View) column(name string) *types.Field {
	at := slices.IndexFunc(v.Columns, func(f types.Field) bool { return strings.EqualFold(f.Name, name) })
	if at < 0 {
		return nil
	}
	return &v.Columns[at]
}

// keys are the columns that tell series apart. Where the plan does not say which, the texts of a window's row do.
func (v *View) keys() []string {
	if v.About.Keys != nil {
		return slices.DeleteFunc(slices.Clone(v.About.Keys), v.isPartOfBand)
	}
	var out []string
	for _, f := range v.Columns {
		if f.Type.ID == types.Varchar {
			out = append(out, f.Name)
		}
	}
	return out
}

func (v *View) isPartOfBand(column string) bool {
	return v.isBand() && slices.ContainsFunc(bandColumns, func(name string) bool { return strings.EqualFold(name, column) })
}

// measures are the numbers that are no keys.
func (v *View) measures() []types.Field {
	var out []types.Field
	for _, f := range v.Columns {
		if f.Type.Numeric() && !slices.Contains(v.About.Keys, f.Name) {
			out = append(out, f)
		}
	}
	return out
}

// groups are the measures that share a panel: those of one unit where there is one series of each, and otherwise each by itself.
func (v *View) groups() [][]types.Field {
	var out [][]types.Field
	for _, f := range v.measures() {
		at := slices.IndexFunc(out, func(g []types.Field) bool {
			return len(v.keys()) == 0 && v.About.Units[g[0].Name] == v.About.Units[f.Name]
		})
		if at < 0 {
			out = append(out, []types.Field{f})
		} else {
			out[at] = append(out[at], f)
		}
	}
	return out
}
