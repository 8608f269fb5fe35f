package join

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
)

// TestManyPages joins more rows than a page or a batch has, with all layouts of columns, and many rows without a match.
func TestManyPages(t *testing.T) {
	const rows = 2*pageRows + 100
	o := newOracle(t)
	createInputs(o, rows, 3)
	for _, kind := range kinds {
		for _, changes := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%v", kind, changes), func(t *testing.T) {
				n := &plan.Join{Kind: kind, Keys: []plan.KeyPair{{Left: columnI, Right: columnI}, {Left: columnK, Right: columnK}}, Changes: changes}
				c := newCluster(t, Config{Node: n, Left: testFields, Right: testFields, Allocator: checked(t)}, 1, rand.New(rand.NewPCG(1, 1)))
				left, right := o.query("FROM l ORDER BY i"), o.query("FROM r ORDER BY i")
				c.send(0, left, nil)
				c.send(1, right, nil)
				c.flush()
				c.move(2)
				c.advance(engine.MaxTime)
				query := joinSQL(n, "l", "r")
				sameRows(t, query, c.out.sorted(t), texts(o.query(query)))
			})
		}
	}
}

// TestManyMatches has one row meet more rows than a batch of pairs takes.
func TestManyMatches(t *testing.T) {
	const rows = maxRows + 5
	o := newOracle(t)
	createInputs(o, rows, 4)
	for _, residual := range residuals[:2] {
		for _, kind := range kinds {
			for first := range 2 {
				t.Run(fmt.Sprintf("%s/%s/%d", residual.name, kind, first), func(t *testing.T) {
					n := &plan.Join{Kind: kind, Residual: residual.all}
					c := newCluster(t, Config{Node: n, Left: testFields, Right: testFields, Allocator: checked(t)}, 1, rand.New(rand.NewPCG(1, 1)))
					few, many := o.query("FROM l WHERE i < 2 ORDER BY i"), o.query("FROM r ORDER BY i")
					if first == 0 {
						c.send(0, few, nil)
						c.send(1, many, nil)
					} else {
						c.send(1, many, nil)
						c.send(0, few, nil)
					}
					c.advance(engine.MaxTime)
					query := joinSQL(n, "(FROM l WHERE i < 2)", "r")
					sameRows(t, query, c.out.sorted(t), texts(o.query(query)))
				})
			}
		}
	}
}
