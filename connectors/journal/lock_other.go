//go:build !unix

package journal

import (
	"os"
	"path/filepath"
)

// lockFolder opens a lock file, which keeps nobody out here: the result database's own lock does.
func lockFolder(dir string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
}
