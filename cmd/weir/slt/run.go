package slt

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/engine"
)

// RunBatch runs a file in DuckDB.
func RunBatch(f *File, dir string) error {
	b, err := newBatch(dir)
	if err != nil {
		return err
	}
	defer b.close()
	r := &batchRun{file: f, batch: b, events: map[string][]placed{}}
	c, p, err := node.NewCatalog([]engine.Connector{(&feed{}).connector()}, node.SQLTables{
		Conn: b.conn, Database: "memory", Hidden: func(table string) bool { return slices.Contains(r.made, table) },
	})
	if err != nil {
		return err
	}
	defer p.Close()
	for i, block := range f.Blocks {
		switch block.Kind {
		case "statement":
			_, err = c.Apply(block.Text)
			err = checkStatement(block, err)
		case "events":
			r.add(block)
		case "query", "fails":
			if block.Weir {
				continue
			}
			if r.stale(i) {
				if err = r.compute(c); err != nil {
					break
				}
			}
			err = r.check(block)
		}
		if err != nil {
			return fmt.Errorf("%s:%d: in DuckDB: %w", f.Path, block.Line, err)
		}
	}
	return nil
}

// compare holds a result against what the file lists.
func compare(b Block, got []string) error {
	want := b.Want
	if b.Sort {
		got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	}
	if slices.Equal(got, want) {
		return nil
	}
	return fmt.Errorf("the result differs\ngot:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
}
