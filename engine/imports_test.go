package engine_test

import (
	"go/build"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

const module = "github.com/weirdb/weir/"

// allowed says which top folders each top folder may import: the arrows point one way, and siblings do not know each other.
//
//	cmd, benchmarks ─► sql, operators, connectors, dashboards ─► engine
var allowed = map[string][]string{
	"cmd":        {"cmd", "benchmarks", "sql", "operators", "connectors", "dashboards", "engine"},
	"benchmarks": {"benchmarks", "cmd", "sql", "operators", "connectors", "dashboards", "engine"},
	"sql":        {"sql", "engine"},
	"operators":  {"operators", "engine"},
	"connectors": {"connectors", "engine"},
	"dashboards": {"dashboards", "engine"},
	"engine":     {"engine"},
}

// tracingFolder makes OpenTelemetry's spans of engine.Tracer's.
const tracingFolder = "cmd/weir/tracing"

// TestImportArrows fails on an import that points against the layout. Tests may import more: they join parts.
func TestImportArrows(t *testing.T) {
	context := build.Default
	context.BuildTags = []string{"duckdb_arrow"}
	seen := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name := d.Name(); name == "node_modules" || name == "testdata" || name == ".git" {
			return filepath.SkipDir
		}
		pkg, err := context.ImportDir(path, 0)
		if err != nil {
			return nil // no Go package here
		}
		seen++
		checkImports(t, filepath.ToSlash(strings.TrimPrefix(path, "../")), pkg.Imports)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 10 {
		t.Errorf("looked at %d packages only", seen)
	}
}

func checkImports(t *testing.T, folder string, imports []string) {
	from, _, _ := strings.Cut(folder, "/")
	may, known := allowed[from]
	if !known {
		t.Errorf("%s is in no folder of the layout", folder)
	}
	for _, i := range imports {
		if strings.HasPrefix(i, "go.opentelemetry.io/") && folder != tracingFolder {
			t.Errorf("%s imports %s: only %s knows OpenTelemetry, others have engine.Tracer", folder, i, tracingFolder)
		}
		to, ours := strings.CutPrefix(i, module)
		if !ours {
			continue
		}
		top, _, _ := strings.Cut(to, "/")
		ok := false
		for _, m := range may {
			ok = ok || m == top
		}
		if !ok {
			t.Errorf("%s imports %s: allowed are packages of %s", folder, to, strings.Join(may, ", "))
		}
	}
}
