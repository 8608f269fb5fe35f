package file

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/bmatcuk/doublestar/v4"
)

// checkPattern refuses a pattern that can never match.
func checkPattern(pattern string) error {
	if pattern == "" {
		return fmt.Errorf("file: path is empty; want a file or a pattern such as 'readings-*.ndjson'")
	}
	if !doublestar.ValidatePattern(filepath.ToSlash(pattern)) {
		return fmt.Errorf("file: path = '%s' is not a pattern; allowed are *, ?, [a-z], {a,b} and **", pattern)
	}
	return nil
}

// match lists the files that a pattern matches, in order.
func match(pattern string) ([]string, error) {
	paths, err := doublestar.FilepathGlob(pattern, doublestar.WithFilesOnly())
	if err != nil {
		return nil, fmt.Errorf("file: list '%s': %w", pattern, err)
	}
	slices.Sort(paths)
	return paths, nil
}
