package bench

import (
	"cmp"
	"slices"
)

// Median is the run in the middle by a figure: of an even number the lower, so that all figures of a row are of one run. It
// panics if there are no runs.
func Median[T any](runs []T, figure func(T) float64) T {
	sorted := slices.SortedStableFunc(slices.Values(runs), func(a, b T) int { return cmp.Compare(figure(a), figure(b)) })
	return sorted[(len(sorted)-1)/2]
}
