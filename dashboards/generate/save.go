package generate

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Saved is what became of a dashboard that was saved.
type Saved string

// What becomes of a dashboard.
const (
	Created   Saved = "created"
	Unchanged Saved = "unchanged"
	Replaced  Saved = "replaced"
)

// Save writes a dashboard to a file of a folder, which it makes if it is not there. One that is the same stays as it is. One that somebody
// has edited since, or that was not generated, stays too, and is an error, unless overwrite says otherwise.
func Save(dir, name string, dashboard []byte, overwrite bool) (path string, done Saved, err error) {
	path = filepath.Join(dir, name+".json")
	made := Stamped(dashboard)
	before, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		done = Created
	case err != nil:
		return path, "", err
	case bytes.Equal(before, made):
		return path, Unchanged, nil
	case !overwrite && !Untouched(before):
		return path, "", fmt.Errorf("%s was edited, or was not made by weir dashboard: it stays as it is; --overwrite replaces it, another --out leaves it", path)
	default:
		done = Replaced
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return path, "", err
	}
	return path, done, os.WriteFile(path, made, 0o644)
}
