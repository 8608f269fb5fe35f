package duckplan

import (
	"context"
	"errors"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/weirdb/weir/engine/types"
)

// TestPlans prints the operators that DuckDB's plan of each query in testdata has, or the error, and checks that the columns that
// they read are there. A "set" line changes a setting for the queries behind it. Run with -rewrite to accept what it prints.
func TestPlans(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		conn := openDuckDB(t)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "set" {
				exec(t, conn, d.Input)
				return ""
			}
			return planText(t, d, func() (Operator, error) { return Plan(context.Background(), conn, oneLine(d.Input)) })
		})
	})
}

func planText(t *testing.T, d *datadriven.TestData, plan func() (Operator, error)) string {
	op, err := plan()
	if err != nil {
		return kindOf(err) + err.Error() + "\n"
	}
	c := &checker{ctes: map[int][]types.Type{}}
	c.columns(op)
	if err := errors.Join(c.errors...); err != nil {
		t.Errorf("%s\n%s\n%v", d.Input, printTree(op), err)
	}
	return printTree(op)
}

// kindOf names the type of an error that is for users.
func kindOf(err error) string {
	var m *Mistake
	var f *Foreign
	var u *Unsupported
	switch {
	case errors.As(err, &m):
		return "mistake: "
	case errors.As(err, &f):
		return "foreign: "
	case errors.As(err, &u):
		return "unsupported: "
	}
	return "error: "
}
