package duckdb

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/weirdb/weir/engine"
)

// Files is what the database takes on disk. What cannot be read, such as a file that is deleted meanwhile, counts nothing; so does a
// database in memory.
func (s *Store) Files() (out engine.Files) {
	if s.wal == "" {
		return out
	}
	out.Database, out.Log = size(strings.TrimSuffix(s.wal, ".wal")), size(s.wal)
	_ = filepath.WalkDir(s.state.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out.State += size(path)
		}
		return nil // the next file may be there
	})
	return out
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
