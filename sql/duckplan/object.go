package duckplan

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

// object reads the fields of a JSON object one by one, remembers the first error, and in close complains of fields that
// nobody asked for.
type object struct {
	kind   string
	fields map[string]json.RawMessage
	err    error
}

// silent are fields that every expression or operator may have and that change nothing.
var silent = []string{
	"expression_class", "type", "alias", "query_location", "estimated_cardinality",
	"arguments", "original_arguments", "catalog_name", "schema_name", "has_serialize", "is_operator",
}

func open(kind string, raw json.RawMessage) *object {
	o := &object{kind: kind}
	if err := json.Unmarshal(raw, &o.fields); err != nil {
		o.err = fmt.Errorf("duckplan: %s is not an object: %w", kind, err)
	}
	return o
}

func (o *object) fail(err error) {
	if o.err == nil {
		o.err = err
	}
}

// take reads a field that must be there.
func (o *object) take(name string, into any) {
	raw, ok := o.fields[name]
	if !ok {
		o.fail(fmt.Errorf("duckplan: %s has no %s", o.kind, name))
		return
	}
	delete(o.fields, name)
	if err := json.Unmarshal(raw, into); err != nil {
		o.fail(fmt.Errorf("duckplan: %s: %s: %w", o.kind, name, err))
	}
}

// has reports whether a field is there and not null.
func (o *object) has(name string) bool {
	raw, ok := o.fields[name]
	return ok && string(raw) != "null"
}

// skip drops fields whose content does not matter here.
func (o *object) skip(names ...string) {
	for _, n := range names {
		delete(o.fields, n)
	}
}

// pos reads the place in the text. DuckDB writes the greatest number where it knows none.
func (o *object) pos() int {
	raw := string(o.fields["query_location"])
	if raw == "" || len(raw) > 12 {
		return -1
	}
	return position(json.RawMessage(raw))
}

// close returns the first error, or one that names the fields that were not read.
func (o *object) close() error {
	o.skip(silent...)
	if o.err == nil && len(o.fields) > 0 {
		var left []string
		for name := range o.fields {
			left = append(left, name)
		}
		sort.Strings(left)
		return fmt.Errorf("duckplan: %s has unknown fields %s", o.kind, strings.Join(left, ", "))
	}
	return o.err
}
