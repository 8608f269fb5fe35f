package duckdb

import (
	"errors"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

// cut returns the first n parts of a text, as a list.
var cut = engine.Function{
	Name: "cut", Arguments: []types.Type{types.Of(types.Varchar), types.Of(types.BigInt)}, Returns: types.ListOf(types.Of(types.Varchar)),
	Call: func(arguments []any) (any, error) {
		n := arguments[1].(int64)
		if n < 0 {
			return nil, errors.New("cut: fewer than no parts")
		}
		return strings.SplitN(arguments[0].(string), ",", int(n)), nil
	},
}

// TestFunctions: a function in Go computes in an evaluator, for NULL too, and its errors are those of the expression.
func TestFunctions(t *testing.T) {
	e, err := NewEvaluatorWith(EvaluatorOptions{Functions: []engine.Function{cut}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	schema := arrow.NewSchema([]arrow.Field{{Name: "c0", Type: arrow.BinaryTypes.String, Nullable: true}}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	b.Field(0).(*array.StringBuilder).AppendValues([]string{"a,b,c", "", "d"}, []bool{true, false, true})
	rows := b.NewRecordBatch()
	defer rows.Release()
	got, err := e.Eval([]string{"cut(c0, 2)", "CASE WHEN c0 = 'd' THEN len(cut(c0, 9)) END"}, schema, rows)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Release()
	if text := got.Column(0).String() + got.Column(1).String(); text != `[["a" "b,c"] (null) ["d"]][(null) (null) 1]` {
		t.Errorf("got %s", text)
	}
	if _, err := e.Eval([]string{"cut(c0, -1)"}, schema, rows); err == nil || !strings.Contains(err.Error(), "cut: fewer than no parts") {
		t.Errorf("error %v", err)
	}
}

func TestFunctionsThatCannotBeRegistered(t *testing.T) {
	for name, f := range map[string]engine.Function{
		"a name of DuckDB's": {Name: "upper", Arguments: cut.Arguments, Returns: cut.Returns, Call: cut.Call},
		"no name":            {Returns: cut.Returns, Call: cut.Call},
	} {
		if e, err := NewEvaluatorWith(EvaluatorOptions{Functions: []engine.Function{f}}); err == nil {
			t.Errorf("%s: no error", name)
			e.Close()
		}
	}
}
