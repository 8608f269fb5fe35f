package plan

import (
	"slices"
	"strings"
)

// Walk calls visit with every node, inputs after the node that reads them.
func Walk(n Node, visit func(Node)) {
	visit(n)
	for _, in := range n.Inputs() {
		Walk(in, visit)
	}
}

// Scans returns the scans of a plan, from left to right. A source that is read twice is there twice.
func Scans(n Node) []*Scan {
	var out []*Scan
	Walk(n, func(n Node) {
		if s, ok := n.(*Scan); ok {
			out = append(out, s)
		}
	})
	return out
}

// Static reports whether a node's rows come from plain tables alone.
func Static(n Node) bool {
	scans := Scans(n)
	return len(scans) > 0 && !slices.ContainsFunc(scans, func(s *Scan) bool { return !s.Table })
}

// Print prints the tree, one node a line, inputs indented below.
func Print(n Node) string {
	var b strings.Builder
	printAt(&b, n, 0)
	return b.String()
}

func printAt(b *strings.Builder, n Node, depth int) {
	b.WriteString(strings.Repeat("  ", depth))
	b.WriteString(n.Describe())
	b.WriteByte('\n')
	for _, in := range n.Inputs() {
		printAt(b, in, depth+1)
	}
}
