package file

import (
	"fmt"
	"slices"
)

// A path whose file is replaced or truncated names one partition after another: a.log, a.log#2, a.log#3, …
// Positions are kept for each; the last one is the file that is there now.

// generationName is the name of the n-th file seen under a path, from 1.
func generationName(path string, n int) string {
	if n == 1 {
		return path
	}
	return fmt.Sprintf("%s#%d", path, n)
}

// lastGeneration finds the highest generation of a path that has a position. A name that is itself a file's path is not a
// generation of another.
func lastGeneration(path string, from map[string]int64, paths []string) int {
	last := 1
	for n := 2; ; n++ {
		name := generationName(path, n)
		if slices.Contains(paths, name) {
			continue
		}
		if _, ok := from[name]; !ok {
			return last
		}
		last = n
	}
}
