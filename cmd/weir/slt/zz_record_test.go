package slt

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/engine"
)

// TestRecord fills in results from DuckDB (temporary tool, not for the tree).
func TestRecord(t *testing.T) {
	for _, path := range strings.Fields(os.Getenv("SLT_RECORD")) {
		record(t, path)
	}
}

func record(t *testing.T, path string) {
	f, err := ReadFile(path)
	if err != nil {
		t.Error(err)
		return
	}
	if f.Ordered {
		return
	}
	b, err := newBatch(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	r := &batchRun{file: f, batch: b, events: map[string][]string{}}
	c, p, err := node.NewCatalog([]engine.Connector{(&feed{}).connector()})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	results := map[int][]string{}
	for i, block := range f.Blocks {
		switch block.Kind {
		case "statement":
			_, err = c.Apply(block.Text)
			if err = checkStatement(block, err); err != nil {
				
				t.Errorf("%s:%d: %v", path, block.Line, err)
			}
		case "events":
			r.events[block.Source] = append(r.events[block.Source], strings.Split(block.Text, "\n")...)
		case "query":
			if block.Weir {
				continue
			}
			if r.stale(i) {
				if err = r.compute(c.Sources, c.Views); err != nil {
					t.Errorf("%s:%d: compute %v", path, block.Line, err)
					return
				}
			}
			got, err := b.rows(block.Text)
			if err != nil {
				t.Errorf("%s:%d: %v", path, block.Line, err)
				continue
			}
			if block.Sort {
				got = slices.Sorted(slices.Values(got))
			}
			results[block.Line] = got
		}
	}
	data, _ := os.ReadFile(path)
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	var out []string
	for i := 0; i < len(lines); i++ {
		out = append(out, lines[i])
		got, ok := results[i+1]
		if !ok {
			continue
		}
		for i++; lines[i] != "----"; i++ {
			out = append(out, lines[i])
		}
		out = append(out, "----")
		out = append(out, got...)
		for i+1 < len(lines) && strings.TrimSpace(lines[i+1]) != "" {
			i++
		}
	}
	os.WriteFile(path, []byte(strings.Join(out, "\n")+"\n"), 0o644)
}
