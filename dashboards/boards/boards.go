// Package boards has the dashboards of Weir itself, each in a file: over Weir's own data source, which reads weir.metrics and Weir's tables,
// and those of metrics only over Prometheus as well.
//
// To add one: a file with a function that returns a board, and a line in all.
//
//go:generate go test . -run TestCommitted -rewrite
package boards

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/weirdb/weir/dashboards/panel"
)

// board is a dashboard of Weir's.
type board struct {
	name, title, description string
	variables                []variable
	annotations              []cog.Builder[dashboard.AnnotationQuery] // only over Weir's data source
	// extra are variables that are there only over Weir's data source.
	extra    []cog.Builder[dashboard.VariableModel]
	sections []section
}

// section is a row of panels.
type section struct {
	title  string
	charts []chart
}

// all are the dashboards.
var all = []func() board{overview, query, sources, anomalies, letters, serving}

// File is a dashboard, and where it belongs.
type File struct {
	Path string // such as weir/overview.json, below a folder
	JSON []byte
}

// Files are all dashboards: weir/… over Weir's data source, prometheus/… over Prometheus.
func Files() ([]File, error) {
	var out []File
	for _, make := range all {
		b := make()
		for _, over := range []panel.Source{panel.Weir, panel.Prometheus} {
			board, ok := b.over(over)
			if !ok {
				continue
			}
			text, err := board.JSON()
			if err != nil {
				return nil, err
			}
			out = append(out, File{folders[over] + "/" + b.name + ".json", text})
		}
	}
	return out, nil
}

var folders = map[panel.Source]string{panel.Weir: "weir", panel.Prometheus: "prometheus"}

// Write writes all dashboards below a folder, and returns the files.
func Write(dir string) (paths []string, err error) {
	files, err := Files()
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, f.JSON, 0o644))
		if err != nil {
			return paths, fmt.Errorf("--boards: %w", err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// over makes the board over a data source; false if nothing of it can be.
func (b board) over(source panel.Source) (panel.Board, bool) {
	out := panel.Board{
		UID: "weir-" + b.name, Title: b.title, Description: b.description, Source: source, From: "now-1h", Refresh: "5s", Tags: []string{"weir-boards"},
	}
	if source == panel.Weir {
		out.Annotations, out.Variables = b.annotations, b.extra
	} else {
		out.UID, out.Title, out.Refresh = "weir-prometheus-"+b.name, b.title+" (Prometheus)", "15s"
	}
	for _, v := range b.variables {
		out.Variables = append(out.Variables, v.over(source))
	}
	drawn := false
	for _, s := range b.sections {
		made := panel.Section{Title: s.title}
		for _, c := range s.charts {
			if placed, ok := c.over(source); ok {
				made.Panels = append(made.Panels, placed)
			}
		}
		if len(made.Panels) > 0 {
			out.Sections, drawn = append(out.Sections, made), true
		}
	}
	return out, drawn
}
