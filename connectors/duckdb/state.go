package duckdb

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/weirdb/weir/engine"
)

// stateFolder is where state files lie, and the outbox's.
type stateFolder struct{ dir string }

// stateSuffix ends the name of every state file, so that nothing else in the folder is ever removed.
const stateSuffix = ".weirstate"

// path is where a state file lies. The name may hold any characters, and as many as it likes.
func (f *stateFolder) path(name string) string { return filepath.Join(f.dir, fileName(name)) }

// maxFileName leaves room for the suffix in what file systems allow, 255 bytes.
const maxFileName = 200

func fileName(name string) string {
	escaped := url.PathEscape(name)
	if len(escaped) > maxFileName {
		escaped = fmt.Sprintf("%s-%x", escaped[:maxFileName-33], sha256.Sum256([]byte(name)))[:maxFileName]
	}
	return escaped + stateSuffix
}

func (f *stateFolder) makeDir() error {
	if err := os.MkdirAll(f.dir, 0o755); err != nil {
		return fmt.Errorf("making the state folder: %w", err)
	}
	return nil
}

// CreateState starts a new state file, in place of one of the same name that no commit refers to. It is durable once closed,
// and counts only once a commit names it: files that no commit names are removed by the next Open. One goroutine writes it.
func (s *Store) CreateState(name string) (engine.StateSink, error) {
	w, err := createStateFile(s.state.path(name), ipc.WithLZ4())
	if err != nil {
		return nil, fmt.Errorf("duckdb: creating state %s: %w", name, err)
	}
	return w, nil
}

// ReadState calls yield with each batch of a section of a state file, in the order in which they were written; a section that
// was never written has none. It lends the rows. A file that is cut short or damaged is an error.
func (s *Store) ReadState(name, section string, yield func(rows arrow.RecordBatch) error) error {
	if err := readStateFile(s.state.path(name), section, yield); err != nil {
		return fmt.Errorf("duckdb: reading section %s of %s: %w", section, s.state.path(name), err)
	}
	return nil
}

// checkThere keeps a commit from naming a file that a restart would not find.
func (f *stateFolder) checkThere(state []engine.StateFile) error {
	for _, s := range state {
		if _, err := os.Stat(f.path(s.Name)); err != nil {
			return fmt.Errorf("state %s of %s: %w", s.Name, s.Query, err)
		}
	}
	return nil
}

// remove deletes from disk what the last commit referred to and the next does not. A file that cannot be removed does no harm: the
// next Open tries again.
func (f *stateFolder) remove(last, next []engine.StateFile) {
	keep := map[string]bool{}
	for _, s := range next {
		keep[s.Name] = true
	}
	for _, s := range last {
		if !keep[s.Name] {
			_ = os.Remove(f.path(s.Name))
		}
	}
}

// keepOnly removes the files that the last commit does not refer to, left over from a crash.
func (f *stateFolder) keepOnly(names []string) error {
	keep := map[string]bool{}
	for _, name := range names {
		keep[fileName(name)] = true
	}
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return fmt.Errorf("reading the state folder: %w", err)
	}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), stateSuffix) || keep[entry.Name()] {
			continue
		}
		if err := os.Remove(filepath.Join(f.dir, entry.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("removing superfluous state: %w", err)
		}
	}
	return nil
}
