package peers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka"
	"github.com/weirdb/weir/benchmarks/kafka/child"
)

// views are what Weir keeps.
var views = []child.View{kafka.Tumble}

// weirRun runs weir to the topic's end, its start and end included, and checks its answer.
func (t *trial) weirRun(ctx context.Context, workers int) (sample, error) {
	dir, err := bench.TempDir()
	if err != nil {
		return sample{}, err
	}
	defer os.RemoveAll(dir)
	out, err := t.Once(ctx, dir, views, workers)
	return sample{Usage: out.Usage, commits: out.Commits}, err
}

// weirStart measures a start over the full topic: until weir reads, and until its first row can be selected.
func (t *trial) weirStart(ctx context.Context) (s start, err error) {
	dir, err := bench.TempDir()
	if err != nil {
		return s, err
	}
	defer os.RemoveAll(dir)
	live, err := t.Job(views, t.parallelism).Live(ctx, filepath.Join(dir, "weir.duckdb"))
	if err != nil {
		return s, err
	}
	s.ready = time.Since(live.Started)
	u, err := live.Usage()
	if err == nil {
		err = awaitRow(ctx, live.URL, views[0].Name)
	}
	s.first, s.idle = time.Since(live.Started), u
	live.Kill() // what it has read is of no use
	return s, err
}

// rowPatience is how long the first row may take.
const rowPatience = 60 * time.Second

// awaitRow asks weir over HTTP until a view has a row.
func awaitRow(ctx context.Context, url, view string) error {
	query := []byte("SELECT count(*) FROM (FROM " + view + " LIMIT 1)")
	for end := time.Now().Add(rowPatience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		n, err := askNumber(ctx, url, query)
		if err != nil || n > 0 {
			return err
		}
	}
	return fmt.Errorf("view %s has no row within %s", view, rowPatience)
}

// askNumber runs a SELECT of one number.
func askNumber(ctx context.Context, url string, query []byte) (int64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/sql", bytes.NewReader(query))
	if err != nil {
		return 0, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	var answer struct {
		Rows  [][]int64
		Error struct{ Message string }
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return 0, err
	}
	if len(answer.Rows) != 1 || len(answer.Rows[0]) != 1 {
		return 0, fmt.Errorf("%s: %s %s", query, response.Status, answer.Error.Message)
	}
	return answer.Rows[0][0], nil
}
