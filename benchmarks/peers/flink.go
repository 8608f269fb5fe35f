package peers

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka"
	"github.com/weirdb/weir/benchmarks/peers/flink"
	"github.com/weirdb/weir/engine/types"
)

// query is the view's text in Flink's dialect. avg of a whole number is one in Flink: the mean is taken of doubles.
const query = `SELECT window_start, window_end, auction, count(*) AS bids, max(price) AS top, avg(CAST(price AS DOUBLE)) AS mean
FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(date_time), INTERVAL '10' SECOND))
GROUP BY window_start, window_end, auction`

// resultColumns are the query's, for Flink's sinks.
const resultColumns = "window_start TIMESTAMP(3), window_end TIMESTAMP(3), auction BIGINT, bids BIGINT, top BIGINT, mean DOUBLE"

// sourceTable declares the topic. It ends where the topic ends now.
func (t *trial) sourceTable() string {
	return fmt.Sprintf(`CREATE TABLE bid (
    auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, date_time TIMESTAMP_LTZ(3), extra STRING,
    WATERMARK FOR date_time AS date_time - INTERVAL '%d' SECOND
) WITH ('connector' = 'kafka', 'properties.bootstrap.servers' = %s, 'topic' = %s, 'properties.group.id' = 'flink-bench',
    'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset',
    'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601')`,
		int(kafka.Delay.Seconds()), types.QuoteString(t.Cluster.Brokers), types.QuoteString(t.Topic))
}

// mode is how Flink runs.
type mode struct{ durable bool }

var (
	fastest = mode{durable: false} // without checkpoints, results go nowhere
	durable = mode{durable: true}  // with checkpoints on disk, results in files
)

// sinkTable declares where results go; dir is for durable ones.
func (m mode) sinkTable(dir string) string {
	with := "'connector' = 'blackhole'"
	if m.durable {
		with = "'connector' = 'filesystem', 'path' = " + types.QuoteString("file://"+dir) +
			", 'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601'"
	}
	return "CREATE TABLE hot (" + resultColumns + ") WITH (" + with + ")"
}

func (t *trial) settings(m mode) map[string]string {
	s := map[string]string{
		"execution.runtime-mode": "streaming", "parallelism.default": strconv.Itoa(t.parallelism), "table.local-time-zone": "UTC",
	}
	if m.durable {
		s["execution.checkpointing.interval"] = strconv.FormatInt(t.interval.Milliseconds(), 10) + " ms"
	}
	return s
}

// flinkRun runs the job on the running cluster, from its submission to its end. A durable answer is checked.
func (t *trial) flinkRun(ctx context.Context, m mode) (out sample, err error) {
	dir, err := bench.TempDir()
	if err != nil {
		return out, err
	}
	defer os.RemoveAll(dir)
	session, err := t.session(ctx, m, t.sourceTable(), m.sinkTable(dir))
	if err != nil {
		return out, err
	}
	job, used, err := t.insert(ctx, session)
	out.Usage = used
	if err != nil || !m.durable {
		return out, err
	}
	if out.commits, err = t.flink.Checkpoints(ctx, job); err != nil {
		return out, err
	}
	return out, t.checkFiles(ctx, dir)
}

// session opens a session and declares its tables.
func (t *trial) session(ctx context.Context, m mode, tables ...string) (*flink.Session, error) {
	s, err := t.flink.Session(ctx, t.settings(m))
	if err != nil {
		return nil, err
	}
	for _, statement := range tables {
		if err := s.Exec(ctx, statement); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// insert submits the job, waits for its end, and measures both.
func (t *trial) insert(ctx context.Context, s *flink.Session) (job string, used bench.Usage, err error) {
	before, err := t.flink.Usage()
	if err != nil {
		return "", used, err
	}
	begin := time.Now()
	if job, err = s.Submit(ctx, "INSERT INTO hot "+query); err != nil {
		return job, used, err
	}
	if err = t.flink.Await(ctx, job); err != nil {
		return job, used, err
	}
	wall := time.Since(begin)
	after, err := t.flink.Usage()
	used = after.Sub(before)
	used.Wall = wall
	return job, used, err
}

// checkFiles compares the files that Flink has written with DuckDB's answer.
func (t *trial) checkFiles(ctx context.Context, dir string) error {
	const columns = "window_start: 'TIMESTAMP', window_end: 'TIMESTAMP', auction: 'BIGINT', bids: 'BIGINT', top: 'BIGINT', mean: 'DOUBLE'"
	err := t.Judge.Exec(ctx, fmt.Sprintf("CREATE OR REPLACE TABLE flink AS FROM read_json(%s, columns = {%s}, format = 'newline_delimited')",
		types.QuoteString(filepath.Join(dir, "part-*")), columns))
	if err != nil {
		return err
	}
	return t.Judge.CheckTable(ctx, "flink", views[0].Name)
}

// flinkStart measures a start of a cluster and of the job on it over the full topic. The cluster stays, as t.flink.
func (t *trial) flinkStart(ctx context.Context) (s start, err error) {
	if t.flink != nil {
		old := t.flink
		t.flink = nil
		if err := old.Stop(); err != nil {
			return s, err
		}
	}
	begin := time.Now()
	if t.flink, err = flink.Start(ctx, t.jars, t.parallelism); err != nil {
		return s, err
	}
	s.ready = time.Since(begin)
	if s.idle, err = t.flink.Usage(); err != nil {
		return s, err
	}
	session, err := t.session(ctx, fastest, t.sourceTable())
	if err != nil {
		return s, err
	}
	job, err := session.FirstRow(ctx, query)
	if err != nil {
		return s, err
	}
	s.first = time.Since(begin)
	return s, t.flink.Cancel(ctx, job)
}
