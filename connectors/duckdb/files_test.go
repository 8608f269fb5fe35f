package duckdb

import (
	"path/filepath"
	"testing"

	"github.com/weirdb/weir/engine"
)

// TestFiles: what the database takes on disk is told apart; one in memory takes nothing.
func TestFiles(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "weir.duckdb"), StoreOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	f, err := s.CreateState("1-v-0-0")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if got := s.Files(); got.Database == 0 || got.State == 0 {
		t.Errorf("files %+v", got)
	}
	memory, err := Open("", StoreOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	if got := memory.Files(); got != (engine.Files{}) {
		t.Errorf("in memory: %+v", got)
	}
}
