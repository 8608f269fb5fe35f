package nab

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// writeResults writes a detector's scores in the benchmark's layout, for other scorers to read. Without a folder it writes nothing.
func writeResults(dir string, r *run, all []series) error {
	if dir == "" {
		return nil
	}
	for f := range all {
		path := filepath.Join(dir, r.method.Name, all[f].name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := writeResult(path, &all[f], r.scores[f]); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
	}
	return nil
}

func writeResult(path string, s *series, scores []float64) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if closed := f.Close(); err == nil {
			err = closed
		}
	}()
	w := csv.NewWriter(f)
	rows := [][]string{{"timestamp", "value", "anomaly_score"}}
	for i, at := range s.times {
		rows = append(rows, []string{at.Format(time.DateTime), strconv.FormatFloat(s.values[i], 'g', -1, 64), strconv.FormatFloat(scores[i], 'g', -1, 64)})
	}
	return w.WriteAll(rows)
}
