package node

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/weirdb/weir/connectors/server"
)

// TestPlanned: what a statement would create is known with what people are told of it, and is not created.
func TestPlanned(t *testing.T) {
	t.Setenv("PLANNED", "secret")
	n := openLog(t, filepath.Join(t.TempDir(), "weir.duckdb"), &replayed{})
	apply(t, n, triedSource, "")
	v, about, err := n.Planned(t.Context(), "CREATE MATERIALIZED VIEW w WITH (title = '${PLANNED}', unit = 'ms') AS SELECT window_start, a, sum(b) AS b FROM tumble(s, t, INTERVAL '10 seconds') GROUP BY ALL")
	if err != nil {
		t.Fatal(err)
	}
	if v.Name != "w" || len(v.Columns) != 3 || about.Title == "secret" || about.Time != "window_start" || !slices.Equal(about.Keys, []string{"a"}) || about.Units["b"] != "ms" {
		t.Errorf("planned %+v, about %+v", v, about)
	}
	if n.catalog.View("w") != nil {
		t.Error("the view is created")
	}
	for text, at := range map[string]string{"CREATE MATERIALIZED VIEW w AS SELECT nosuch FROM s": "nosuch", "CREATE MATERIALIZED w": "w"} {
		_, _, err := n.Planned(t.Context(), text)
		var mistake *server.UserError
		if !errors.As(err, &mistake) || mistake.Position != strings.Index(text, at) {
			t.Errorf("%s: %v (%+v), want a mistake at %s", text, err, mistake, at)
		}
	}
	for _, text := range []string{"DROP MATERIALIZED VIEW v", "CREATE MATERIALIZED VIEW v AS SELECT a FROM s", "SELECT 1"} {
		_, _, err := n.Planned(t.Context(), text)
		var mistake *server.UserError
		if !errors.As(err, &mistake) {
			t.Errorf("%s: %v, want a user's mistake", text, err)
		}
	}
}
