package soak

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/weirdb/weir/benchmarks/kafka/child"
)

// samples are how many are taken, at even distances: a whole number for each row of the table, and for each quarter.
const samples = 180

// sample is what is seen at a moment. Sizes are bytes.
type sample struct {
	at      time.Duration // since the first
	cpu     time.Duration
	memory  int64 // resident
	results int64 // the database and its log
	state   int64 // the operators' files
	records int64
	open    time.Duration // wall time since the last commit
}

// watch takes samples until the time is over.
func (s settings) watch(ctx context.Context, live *child.Live, dir string, log io.Writer) ([]sample, error) {
	tick := time.NewTicker(s.duration / samples)
	defer tick.Stop()
	began := time.Now()
	var taken []sample
	for range samples {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		one, err := take(ctx, live, dir)
		if err != nil {
			return nil, err
		}
		one.at = time.Since(began)
		if taken = append(taken, one); len(taken)%(samples/parts) == 0 {
			fmt.Fprintf(log, "%s: %d records, %.0f MB in memory, %.0f MB of results, %.1f MB of state\n",
				one.at.Round(time.Second), one.records, one.megaMemory(), one.megaResults(), one.megaState())
		}
	}
	return taken, nil
}

func take(ctx context.Context, live *child.Live, dir string) (sample, error) {
	used, err := live.Usage()
	if err != nil {
		return sample{}, err
	}
	status, err := live.Status(ctx)
	if err != nil {
		return sample{}, err
	}
	out := sample{cpu: used.CPU, memory: used.RSS, open: time.Since(status.CommittedAt)}
	for _, s := range status.Sources {
		if s.Name == "bid" {
			out.records = s.Records
		}
	}
	out.results, out.state = sizes(dir)
	return out, nil
}

// sizes are what the database takes, and what the operators' state does. Files come and go meanwhile.
func sizes(dir string) (results, state int64) {
	_ = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, _ error) error {
		info, err := os.Lstat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case info.IsDir():
		case strings.HasSuffix(path, ".duckdb") || strings.HasSuffix(path, ".wal"):
			results += info.Size()
		default:
			state += info.Size()
		}
		return nil
	})
	return results, state
}
