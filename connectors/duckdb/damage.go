package duckdb

import (
	"fmt"
	"strings"
)

// damages are words of DuckDB's about files that are not as it has written them: each block of a database and each entry of a log has a checksum.
var damages = []string{"Corrupt database file", "Corrupt WAL file", "replaying WAL file", "not a valid DuckDB database file"}

// tellDamage adds the way out to an error about a damaged database or log.
func tellDamage(err error) error {
	for _, words := range damages {
		if strings.Contains(err.Error(), words) {
			return fmt.Errorf("%w; the file of --db, or its log, is damaged: put back a copy, with its .wal and its .state folder, that was made while weir did not "+
				"run, or start anew with another --db, which computes the views from their sources' beginning", err)
		}
	}
	return err
}
