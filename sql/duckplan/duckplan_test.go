package duckplan

import (
	"errors"
	"strings"
	"testing"
)

// The parts of a plan, as DuckDB writes them.
const (
	scan = `{"type":"LOGICAL_GET","children":[],"table_index":1,"returned_types":[{"id":"BIGINT","type_info":null}],"names":["a"],
		"projection_ids":[],"table_filters":{"filters":[]},"name":"f","parameters":[],"named_parameters":[],"input_table_types":[],
		"input_table_names":[],"projected_input":[],"ordinality_idx":18446744073709551615,"row_group_order_options":null,
		"column_indexes":[{"index":0,"child_indexes":[],"index_type":"FULL_READ","has_index":true}],"extra_info":{"sample_options":null}}`
	ref = `{"expression_class":"BOUND_REF","type":"BOUND_REF","alias":"a","query_location":7,"return_type":{"id":"BIGINT","type_info":null},"index":0}`
)

func planOf(root string) string { return `{"error":false,"plans":[` + root + `]}` }

func filterOf(predicate string) string {
	return `{"type":"LOGICAL_FILTER","children":[` + scan + `],"expressions":[` + predicate + `],"projection_map":[]}`
}

// TestStrict wants an error for everything that is not known: half-read plans give wrong answers.
func TestStrict(t *testing.T) {
	if _, err := Parse(planOf(filterOf(ref))); err != nil {
		t.Fatalf("the sound plan: %v", err)
	}
	for name, c := range map[string]struct{ plan, want string }{
		"unknown operator":            {planOf(`{"type":"LOGICAL_NEW","children":[]}`), "LOGICAL_NEW"},
		"unknown field of operator":   {planOf(strings.Replace(filterOf(ref), `"projection_map"`, `"news":1,"projection_map"`, 1)), "news"},
		"unknown field of expression": {planOf(filterOf(strings.Replace(ref, `"index"`, `"news":1,"index"`, 1))), "news"},
		"unknown expression":          {planOf(filterOf(`{"expression_class":"BOUND_NEW","type":"NEW"}`)), "BOUND_NEW"},
		"unknown comparison":          {planOf(filterOf(`{"expression_class":"BOUND_COMPARISON","type":"COMPARE_NEW","alias":"","left":` + ref + `,"right":` + ref + `}`)), "COMPARE_NEW"},
		"unknown type":                {planOf(strings.Replace(scan, "BIGINT", "NEWINT", 1)), "NEWINT"},
		"missing field":               {planOf(filterOf(strings.Replace(ref, `,"index":0`, "", 1))), "has no index"},
		"filter inside a scan":        {planOf(strings.Replace(scan, `{"filters":[]}`, `{"filters":[{}]}`, 1)), "filters"},
		"dropped columns":             {planOf(strings.Replace(scan, `"projection_ids":[]`, `"projection_ids":[0]`, 1)), "drops columns"},
		"function data":               {planOf(filterOf(`{"expression_class":"BOUND_FUNCTION","type":"BOUND_FUNCTION","alias":"","name":"g","return_type":{"id":"BIGINT","type_info":null},"children":[],"function_data":{"x":1}}`)), "the function g"},
		"two statements":              {`{"error":false,"plans":[{},{}]}`, "2 statements"},
		"not JSON":                    {`{`, "read plan"},
	} {
		_, err := Parse(c.plan)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

func TestMistake(t *testing.T) {
	_, err := Parse(`{"error":true,"error_type":"binder","error_message":"no column prize","candidates":"price,place","position":"24"}`)
	var m *Mistake
	if !errors.As(err, &m) || m.Position != 24 || len(m.Candidates) != 2 || m.Message != "no column prize" {
		t.Errorf("got %+v", err)
	}
}

func TestQuoteNonNumbers(t *testing.T) {
	for in, want := range map[string]string{
		`{"value":NaN,"x":-Infinity}`: `{"value":"NaN","x":"-Infinity"}`,
		`{"value":"NaN \" Infinity"}`: `{"value":"NaN \" Infinity"}`,
		`[Infinity,"\\",-NaN]`:        `["Infinity","\\","-NaN"]`,
		`{"nothing":1}`:               `{"nothing":1}`,
	} {
		if got := quoteNonNumbers(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}
