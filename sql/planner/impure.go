package planner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/weirdb/weir/sql/duckplan"
)

const (
	insteadOfNow    = "a view is computed at event time, so that the same events give the same answer whenever they come; compare with now() when you read the view"
	insteadOfRandom = "the same events must give the same answer each time; use hash(column)"
	insteadOfState  = "the same events must give the same answer on every server; write the value itself"
)

// impure are the functions whose value depends on more than their arguments. DuckDB folds some of them to constants while it
// plans, so that they must be found in the parsed text.
var impure = map[string]string{
	"now": insteadOfNow, "get_current_timestamp": insteadOfNow, "transaction_timestamp": insteadOfNow,
	"current_timestamp": insteadOfNow, "current_localtimestamp": insteadOfNow, "localtimestamp": insteadOfNow,
	"current_date": insteadOfNow, "today": insteadOfNow, "current_time": insteadOfNow, "get_current_time": insteadOfNow,
	"current_localtime": insteadOfNow, "localtime": insteadOfNow, "ago": insteadOfNow, "pg_conf_load_time": insteadOfNow,
	"random": insteadOfRandom, "uuid": insteadOfRandom, "gen_random_uuid": insteadOfRandom, "uuidv4": insteadOfRandom,
	"uuidv7": insteadOfRandom, "setseed": insteadOfRandom, "nextval": insteadOfRandom, "currval": insteadOfRandom,
	"current_setting": insteadOfState, "getenv": insteadOfState, "getvariable": insteadOfState, "version": insteadOfState,
	"txid_current": insteadOfState, "current_database": insteadOfState, "current_schema": insteadOfState,
	"current_user": insteadOfState, "session_user": insteadOfState, "pg_postmaster_start_time": insteadOfState,
	"current_catalog": insteadOfState, "current_schemas": insteadOfState, "current_query": insteadOfState,
	"current_query_id": insteadOfState, "current_transaction_id": insteadOfState, "current_connection_id": insteadOfState,
	"in_search_path": insteadOfState, "stats": insteadOfState, "vector_type": insteadOfState, "write_log": insteadOfState,
}

// refuseImpure looks for impure functions in the parsed query. Texts that do not parse are left to the planning that follows.
func (p *Planner) refuseImpure(query string) error {
	var answer string
	err := p.conn.QueryRowContext(context.Background(), "SELECT json_serialize_sql(?::VARCHAR)::VARCHAR", query).Scan(&answer)
	if err != nil {
		return fmt.Errorf("planner: parse: %w", err)
	}
	var tree any
	if err := json.Unmarshal([]byte(answer), &tree); err != nil {
		return fmt.Errorf("planner: read parse tree: %w", err)
	}
	return p.findImpure(tree)
}

func (p *Planner) findImpure(tree any) error {
	switch t := tree.(type) {
	case []any:
		for _, x := range t {
			if err := p.findImpure(x); err != nil {
				return err
			}
		}
	case map[string]any:
		if err := p.checkNode(t); err != nil {
			return err
		}
		for _, x := range t {
			if err := p.findImpure(x); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkNode looks at one node, and at the body of a macro that it calls. No macro calls itself.
func (p *Planner) checkNode(node map[string]any) error {
	name, _ := node["function_name"].(string)
	m := p.macro(name)
	if m == nil {
		return checkImpure(node)
	}
	var found *duckplan.Unsupported
	err := p.findImpure(m.bodies)
	if errors.As(err, &found) {
		return &duckplan.Unsupported{Construct: found.Construct + " in the macro " + m.Name, Instead: found.Instead, Position: location(node)}
	}
	return err
}

// checkImpure looks at one node: a function call, a bare word such as current_date, which parses as a column, or a parameter,
// which has no value.
func checkImpure(node map[string]any) error {
	name, _ := node["function_name"].(string)
	if node["class"] == "PARAMETER" {
		return &duckplan.Unsupported{Construct: "a parameter such as $1", Instead: "write the value itself", Position: location(node)}
	}
	if words, ok := node["column_names"].([]any); ok && len(words) == 1 && node["class"] == "COLUMN_REF" {
		name, _ = words[0].(string)
		if !strings.HasPrefix(name, "current_") && !strings.HasPrefix(name, "local") {
			return nil
		}
	}
	instead, found := impure[strings.ToLower(name)]
	if arguments, ok := node["children"].([]any); ok && strings.EqualFold(name, "age") && len(arguments) == 1 {
		name, instead, found = "age of one argument", insteadOfNow, true // age(t) is age(current_date, t)
	}
	if !found {
		return nil
	}
	return &duckplan.Unsupported{Construct: name, Instead: instead, Position: location(node)}
}

// location is a node's byte offset in the query, -1 if it has none.
func location(node map[string]any) int {
	if at, ok := node["query_location"].(float64); ok && at < 1e9 {
		return int(at)
	}
	return -1
}
