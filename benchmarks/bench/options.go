package bench

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weirdb/weir/engine"
)

// The options that several benchmarks have.
var (
	Runs = engine.Option{
		Name: "runs", Doc: "How often each figure is taken; the table has the run in the middle.", Default: "3", Kind: engine.Integer,
	}
	CommitInterval = engine.Option{
		Name: "commit_interval", Doc: "Time between Weir's commits.", Default: "500ms", Kind: engine.Duration,
	}
	Seed = engine.Option{
		Name: "seed", Doc: "Chooses the events: the same seed gives the same.", Default: "1", Kind: engine.Integer,
	}
)

// Positive checks that options are at least 1.
func Positive(o engine.Options, names ...string) error {
	for _, name := range names {
		if o.Int(name) < 1 {
			return fmt.Errorf("option %s = %s: want 1 or more", name, o[name])
		}
	}
	return nil
}

// Counts reads an option such as '1,2': numbers that are at least 1.
func Counts(o engine.Options, name string) ([]int, error) {
	var out []int
	for _, word := range strings.Split(o[name], ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 1 {
			return nil, fmt.Errorf("option %s = %s: want numbers from 1, such as 1,2", name, o[name])
		}
		out = append(out, n)
	}
	return out, nil
}

// Choice reads an option such as 'q0,q1': some of the names that are there; all of them if it is not set.
func Choice(o engine.Options, name string, all []string) ([]string, error) {
	if o[name] == "" {
		return all, nil
	}
	var out []string
	for _, word := range strings.Split(o[name], ",") {
		word = strings.TrimSpace(word)
		if !slices.Contains(all, word) {
			return nil, fmt.Errorf("option %s: there is no %q; there are %s", name, word, strings.Join(all, ", "))
		}
		out = append(out, word)
	}
	return out, nil
}
