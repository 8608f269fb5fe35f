package plan

import (
	"encoding/json"
	"fmt"
	"strings"
)

// stored is a node as JSON: its kind, its own fields, its inputs.
type stored struct {
	Kind string          `json:"kind"`
	Node json.RawMessage `json:"node"`
	From []*stored       `json:"from,omitempty"`
}

// Marshal writes a plan as JSON.
func Marshal(n Node) ([]byte, error) {
	s, err := store(n)
	if err != nil {
		return nil, err
	}
	return json.Marshal(s)
}

func store(n Node) (*stored, error) {
	own, err := json.Marshal(n)
	if err != nil {
		return nil, fmt.Errorf("plan: marshal %T: %w", n, err)
	}
	s := &stored{Kind: KindOf(n), Node: own}
	for _, in := range n.Inputs() {
		from, err := store(in)
		if err != nil {
			return nil, err
		}
		s.From = append(s.From, from)
	}
	return s, nil
}

// KindOf is what a node is called: scan, filter, aggregate, ….
func KindOf(n Node) string {
	return strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", n), "*plan."))
}

// Unmarshal reads what Marshal wrote. Positions in the text are lost.
func Unmarshal(data []byte) (Node, error) {
	var s stored
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("plan: unmarshal: %w", err)
	}
	return restore(&s)
}

func restore(s *stored) (Node, error) {
	from := make([]Node, len(s.From))
	for i, in := range s.From {
		var err error
		if from[i], err = restore(in); err != nil {
			return nil, err
		}
	}
	n, err := restoreNode(s.Kind, from)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(s.Node, n); err != nil {
		return nil, fmt.Errorf("plan: unmarshal %s: %w", s.Kind, err)
	}
	return n, nil
}

// restoreNode makes an empty node of a kind over its inputs.
func restoreNode(kind string, from []Node) (Node, error) {
	inputs := map[string]int{"scan": 0, "filter": 1, "project": 1, "aggregate": 1, "over": 1, "expand": 1, "expire": 1, "alert": 1, "session": 1, "topn": 1, "asof": 2, "join": 2}
	if want, fixed := inputs[kind]; fixed && len(from) != want {
		return nil, fmt.Errorf("plan: unmarshal: %s with %d inputs, want %d", kind, len(from), want)
	}
	switch kind {
	case "scan":
		return &Scan{}, nil
	case "filter":
		return &Filter{From: from[0]}, nil
	case "project":
		return &Project{From: from[0]}, nil
	case "aggregate":
		return &Aggregate{From: from[0]}, nil
	case "over":
		return &Over{From: from[0]}, nil
	case "expand":
		return &Expand{From: from[0]}, nil
	case "expire":
		return &Expire{From: from[0]}, nil
	case "alert":
		return &Alert{From: from[0]}, nil
	case "session":
		return &Session{From: from[0]}, nil
	case "topn":
		return &TopN{From: from[0]}, nil
	case "asof":
		return &Asof{Left: from[0], Right: from[1]}, nil
	case "join":
		return &Join{Left: from[0], Right: from[1]}, nil
	case "relational":
		return &Relational{From: from}, nil
	case "union":
		return &Union{From: from}, nil
	}
	return nil, fmt.Errorf("plan: unmarshal: unknown node %q", kind)
}
