package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// Differences say, a line each, in what one plan differs from another: columns of sources with other types first, then the steps that
// are in one of them only.
//
//	bid.price INTEGER is BIGINT now
//	- aggregate count(*) by channel
//	+ aggregate count(*), sum(price) by channel
//
// Nil if nothing that EXPLAIN shows is different.
func Differences(before, after Node) []string {
	out := otherTypes(before, after)
	removed, added := lines(before), lines(after)
	for _, line := range without(removed, added) {
		out = append(out, "- "+line)
	}
	for _, line := range without(added, removed) {
		out = append(out, "+ "+line)
	}
	return out
}

// otherTypes are the columns that both plans read, with another type each.
func otherTypes(before, after Node) []string {
	was, out := map[string]types.Type{}, []string(nil)
	for _, s := range Scans(before) {
		for _, f := range s.Needs() {
			was[s.Source+"."+f.Name] = f.Type
		}
	}
	for _, s := range Scans(after) {
		for _, f := range s.Needs() {
			name := s.Source + "." + f.Name
			line := fmt.Sprintf("%s %s is %s now", name, was[name], f.Type)
			if old, ok := was[name]; ok && !old.Equal(f.Type) && !slices.Contains(out, line) {
				out = append(out, line)
			}
		}
	}
	return out
}

// lines are a plan's steps as EXPLAIN prints them.
func lines(n Node) []string {
	out := strings.Split(strings.TrimRight(Print(n), "\n"), "\n")
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

// without are the lines of a that are not in b, each as often as it is there more often.
func without(a, b []string) []string {
	left := slices.Clone(b)
	return slices.DeleteFunc(slices.Clone(a), func(line string) bool {
		at := slices.Index(left, line)
		if at >= 0 {
			left = slices.Delete(left, at, at+1)
		}
		return at >= 0
	})
}
