package bench

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/weirdb/weir/connectors/duckdb"
)

// Facts are what a figure depends on whatever the benchmark is: the machine and the versions. version is that of the binary.
func Facts(version string) []Fact {
	m := thisMachine()
	return []Fact{
		{"date", time.Now().UTC().Format("2006-01-02 15:04 UTC")},
		{"cpu", fmt.Sprintf("%s, %d cores used", m.cpu, runtime.GOMAXPROCS(0))},
		{"memory", m.memory},
		{"system", m.system},
		{"go", runtime.Version()},
		{"duckdb", duckVersion()},
		{"weir", weirVersion(version)},
	}
}

// Durability are the facts about the commits of the Weir that was measured. dir is where its database was.
func Durability(interval time.Duration, dir string) []Fact {
	return []Fact{
		{"commit interval", interval.String()},
		{"a commit", "writes results, offsets, watermarks and state in one DuckDB transaction, and fsyncs the state files, their folder and DuckDB's log"},
		{"wal_autocheckpoint", duckdb.WALAutoCheckpoint},
		{"checkpoints", "on: every commit holds a snapshot of all state"},
		{"database on", fileSystem(dir)},
	}
}

// TempDir makes a folder for databases below $TMPDIR. The caller removes it.
func TempDir() (string, error) { return os.MkdirTemp("", "weir-bench-") }

func weirVersion(version string) string {
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return version
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	if revision := settings["vcs.revision"]; revision != "" {
		version += ", commit " + revision
	}
	if settings["vcs.modified"] == "true" {
		version += ", with changes"
	}
	return version
}

func duckVersion() string {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return err.Error()
	}
	defer db.Close()
	var version string
	if err := db.QueryRowContext(context.Background(), "SELECT version()").Scan(&version); err != nil {
		return err.Error()
	}
	return version
}
