package scoring

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/plan"
)

// IsFunction reports whether SQL has a name for detectors.
func IsFunction(name string) bool {
	name = strings.ToLower(name)
	return name == plan.DetectorFunction || strings.HasPrefix(name, plan.DetectorFunction+"_")
}

// call is a detector's call, as DuckDB parses it.
type call struct {
	function string // in lower case
	at       int
	node     map[string]any
	unnamed  bool   // it stands in an item of a SELECT list that has no name
	filters  string // WHERE or HAVING, if it stands there
	// groups is the SELECT in whose list it stands, if that has GROUP BY ALL; nil otherwise.
	groups map[string]any
}

// find lists the calls of a text in their order. One that does not parse has none: who plans it will say why.
func find(sql string, ask engine.Ask) ([]call, error) {
	tree, err := parsed(sql, ask)
	if err != nil || tree["error"] == true {
		return nil, err
	}
	f := &finder{at: map[int]call{}}
	f.look(tree, within{})
	calls := make([]call, 0, len(f.at))
	for _, c := range f.at {
		calls = append(calls, c)
	}
	slices.SortFunc(calls, func(a, b call) int { return a.at - b.at })
	return calls, nil
}

// parsed is the text as DuckDB parses it.
func parsed(sql string, ask engine.Ask) (map[string]any, error) {
	answer, err := ask("SELECT json_serialize_sql($1::VARCHAR)::VARCHAR", sql)
	if err != nil {
		return nil, fmt.Errorf("scoring: parse: %w", err)
	}
	var tree map[string]any
	d := json.NewDecoder(strings.NewReader(answer))
	d.UseNumber() // places are beyond a float's precision where there are none
	if err := d.Decode(&tree); err != nil {
		return nil, fmt.Errorf("scoring: read the parse tree: %w", err)
	}
	return tree, nil
}

type finder struct{ at map[int]call }

// within is what a part of the tree stands in.
type within struct {
	unnamed bool // an item of a SELECT list without a name
	groups  map[string]any
	filters string // WHERE or HAVING
}

func (f *finder) look(part any, in within) {
	switch p := part.(type) {
	case []any:
		for _, x := range p {
			f.look(x, in)
		}
	case map[string]any:
		f.node(p, in)
	}
}

func (f *finder) node(n map[string]any, in within) {
	if name := text(n, "function_name"); IsFunction(name) && (n["class"] == "WINDOW" || n["class"] == "FUNCTION") {
		at := place(n)
		f.at[at] = call{function: strings.ToLower(name), at: at, node: n, unnamed: in.unnamed || f.at[at].unnamed, groups: in.groups, filters: in.filters}
	}
	if _, selects := n["select_list"]; selects {
		f.items(n)
		in = within{}
	}
	for key, x := range n {
		below := in
		switch key {
		case "select_list":
			continue
		case "where_clause":
			below.filters = "WHERE"
		case "having":
			below.filters = "HAVING"
		}
		f.look(x, below)
	}
}

// items goes through the SELECT list of a node.
func (f *finder) items(n map[string]any) {
	var groups map[string]any
	if n["aggregate_handling"] == "FORCE_AGGREGATES" {
		groups = n
	}
	for _, x := range list(n, "select_list") {
		item, _ := x.(map[string]any)
		f.look(x, within{unnamed: text(item, "alias") == "", groups: groups})
	}
}

func text(n map[string]any, key string) string {
	s, _ := n[key].(string)
	return s
}

// place is a node's place in the text; 0 if it has none.
func place(n map[string]any) int {
	number, _ := n["query_location"].(json.Number)
	at, err := number.Int64()
	if err != nil || at > 1<<40 {
		return 0
	}
	return int(at)
}
