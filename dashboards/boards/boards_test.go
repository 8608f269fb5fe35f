package boards

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write the dashboards that are committed anew")

// committed is where the dashboards over a data source stand in the repository.
var committed = map[string]string{"weir": "../grafana/provisioning/dashboards/weir", "prometheus": "../prometheus/dashboards"}

// TestCommitted: what stands in the repository is what is built.
func TestCommitted(t *testing.T) {
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, f := range files {
		folder, name, _ := strings.Cut(f.Path, "/")
		path := filepath.Join(committed[folder], name)
		paths = append(paths, path)
		if *rewrite {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, f.JSON, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(got, f.JSON) {
			t.Errorf("%s is not what is built (%v): make docs writes it", path, err)
		}
	}
	for _, dir := range committed {
		there, err := filepath.Glob(filepath.Join(dir, "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range there {
			if !strings.Contains(strings.Join(paths, "\n"), path) {
				t.Errorf("%s is built by nothing", path)
			}
		}
	}
}

// TestShape: each dashboard has its own UID, its panels have numbers of their own, and none lies on another.
func TestShape(t *testing.T) {
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	uids := map[string]string{}
	for _, f := range files {
		var d struct {
			UID    string
			Panels []struct {
				ID      int
				Title   string
				GridPos struct{ X, Y, W, H int }
			}
		}
		if err := json.Unmarshal(f.JSON, &d); err != nil {
			t.Fatal(err)
		}
		if other := uids[d.UID]; other != "" || d.UID == "" || len(d.UID) > 40 {
			t.Errorf("%s has UID %q, as %s", f.Path, d.UID, other)
		}
		uids[d.UID] = f.Path
		ids, taken := map[int]bool{}, map[[2]int]string{}
		for _, p := range d.Panels {
			if ids[p.ID] || p.ID == 0 {
				t.Errorf("%s, %s: number %d", f.Path, p.Title, p.ID)
			}
			ids[p.ID] = true
			for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
				for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
					if other, ok := taken[[2]int{x, y}]; ok || x >= 24 {
						t.Fatalf("%s: %s lies on %s, or beyond the edge", f.Path, p.Title, other)
					}
					taken[[2]int{x, y}] = p.Title
				}
			}
		}
	}
}
