package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/connectors/kafka/broker/brokertest"
)

// kills is how often a test kills weir.
const kills = 20

// killAndRestart runs weir again and again, with different numbers of workers, and kills it at random moments: once in four
// from its start on, which may be before it reads anything, else from when it listens on, or has committed.
func killAndRestart(t *testing.T, rng *rand.Rand, dir string) {
	t.Helper()
	for i := range kills {
		p := follow(t, dir, "--commit-interval", "50ms", "--workers", strconv.Itoa(1+i%3))
		if i%4 > 0 {
			p.url()
		}
		if i%2 == 1 {
			p.commits()
		}
		time.Sleep(time.Duration(100+rng.IntN(700)) * time.Millisecond)
		select {
		case <-p.done:
			t.Fatalf("run %d ended by itself: %s", i, p.stderr.String())
		default:
			p.kill()
		}
	}
}

// finish reads on to the end, and sees that another run finds nothing more.
func finish(t *testing.T, dir string) {
	t.Helper()
	run(t, dir, 0, "run", "--db", "x.duckdb", "--once", "x.sql")
	_, said := run(t, dir, 0, "run", "--db", "x.duckdb", "--once", "--workers", "3", "x.sql")
	if n := counter(t, said, `source ev: (\d+) records`); n != 0 {
		t.Errorf("a run after the end reads %d records, want 0", n)
	}
}

// commits waits for the process's first commit.
func (p *process) commits() {
	p.t.Helper()
	url := p.url() + "/v1/status"
	p.eventually("it commits", func() bool {
		answer, err := http.Get(url)
		if err != nil {
			return false
		}
		defer answer.Body.Close()
		var status struct{ Commits int }
		return json.NewDecoder(answer.Body).Decode(&status) == nil && status.Commits > 0
	})
}

// progressed checks that the runs that were killed had committed something: otherwise only the last one was tested.
func (j *judge) progressed() {
	j.t.Helper()
	if n := j.number("SELECT epoch FROM r.weir.checkpoint"); n < kills/2 { // each second run at least
		j.t.Errorf("only %d commits in %d runs", n, kills)
	}
}

// deadRecord is a broken record, where it was written.
type deadRecord struct {
	partition string
	offset    int64
	value     []byte
}

// deadLetters checks that the dead letters are exactly the broken records, each once.
func (j *judge) deadLetters(want []deadRecord) {
	j.t.Helper()
	j.exec("CREATE TABLE broken (partition VARCHAR, \"offset\" BIGINT, value BLOB)")
	for _, b := range want {
		if _, err := j.conn.ExecContext(context.Background(), "INSERT INTO broken VALUES (?, ?, ?)", b.partition, b.offset, b.value); err != nil {
			j.t.Fatal(err)
		}
	}
	got := `SELECT "partition", "offset", value FROM r.weir.dead_letters`
	wrong := j.rows("SELECT 'too many', * FROM (" + got + " EXCEPT ALL FROM broken) LIMIT 5")
	wrong = append(wrong, j.rows("SELECT 'missing', * FROM (FROM broken EXCEPT ALL "+got+") LIMIT 5")...)
	if len(wrong) > 0 || len(want) == 0 {
		j.t.Errorf("dead letters are not the %d broken records: %q", len(want), wrong)
	}
	if n := j.number("SELECT count(*) FROM r.weir.dead_letters WHERE coalesce(reason, '') = '' OR source <> 'ev'"); n > 0 {
		j.t.Errorf("%d dead letters without a reason or of another source", n)
	}
}

// written is what a test has put into a source.
type written struct {
	lines  []byte
	broken []deadRecord
}

// A process that is killed at any moment loses nothing and doubles nothing.
func TestKillWhileReadingKafka(t *testing.T) {
	b := brokertest.Start(t)
	rng, dir := newRand(t), t.TempDir()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addr), kgo.DefaultProduceTopic("ev"), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerLinger(0))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := kadm.NewClient(client).CreateTopic(context.Background(), 4, 1, nil, "ev"); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "x.sql", sourceOf(fmt.Sprintf("connector = 'kafka', brokers = '%s', topic = 'ev', format = 'json'", b.Addr))+statements(views))
	out := make(chan written, 1)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	seed := rng.Uint64()
	go func() { out <- produce(ctx, t, client, rand.New(rand.NewPCG(seed, 2)), 2*time.Millisecond) }()
	killAndRestart(t, rng, dir)
	stop()
	wrote := <-out
	finish(t, dir)
	j := judgeLines(t, filepath.Join(dir, "x.duckdb"), wrote.lines)
	t.Logf("%d events, %d broken records", j.number("SELECT count(*) FROM ev"), len(wrote.broken))
	j.progressed()
	j.equal(views)
	j.noLateRows()
	j.deadLetters(wrote.broken)
}

// produce writes to all partitions until ctx is done, with a pause behind every few dozen records.
func produce(ctx context.Context, t *testing.T, client *kgo.Client, rng *rand.Rand, pause time.Duration) (out written) {
	var partitions []*events
	for p := range 4 {
		partitions = append(partitions, newEvents(rng, p))
	}
	for i := 0; ctx.Err() == nil; i++ {
		var records []*kgo.Record
		for p, e := range partitions {
			for range 1 + rng.IntN(30) {
				line := e.next(nil)
				records = append(records, &kgo.Record{Partition: int32(p), Value: line})
				out.lines = append(append(out.lines, line...), '\n')
			}
		}
		if i%3 == 0 {
			records = append(records, &kgo.Record{Partition: int32(rng.IntN(4)), Value: brokenRecord(rng, i), Key: []byte("broken")})
		}
		for _, r := range client.ProduceSync(context.Background(), records...) {
			if r.Err != nil {
				t.Errorf("produce: %v", r.Err)
				return out
			}
			if r.Record.Key != nil {
				out.broken = append(out.broken, deadRecord{strconv.Itoa(int(r.Record.Partition)), r.Record.Offset, r.Record.Value})
			}
		}
		time.Sleep(pause)
	}
	return out
}

// The same over a file that somebody appends to, where lines come in pieces.
func TestKillWhileFollowingFile(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	write(t, dir, "x.sql", sourceOf("connector = 'file', path = 'ev-*.ndjson', format = 'json', follow = 'true'")+statements(views))
	out := make(chan written, 1)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	seed := rng.Uint64()
	for p := range 3 {
		write(t, dir, fmt.Sprintf("ev-%d.ndjson", p), "")
	}
	go func() { out <- appendLines(ctx, t, dir, rand.New(rand.NewPCG(seed, 2))) }()
	killAndRestart(t, rng, dir)
	stop()
	wrote := <-out
	finish(t, dir)
	j := judgeLines(t, filepath.Join(dir, "x.duckdb"), wrote.lines)
	t.Logf("%d events, %d broken lines", j.number("SELECT count(*) FROM ev"), len(wrote.broken))
	j.progressed()
	j.equal(views)
	j.noLateRows()
	j.deadLetters(wrote.broken)
}

// logFile is a file that is appended to.
type logFile struct {
	name   string
	file   *os.File
	size   int64
	events *events
}

// appendLines writes to three files until ctx is done. It cuts lines in two at times.
func appendLines(ctx context.Context, t *testing.T, dir string, rng *rand.Rand) (out written) {
	var files []*logFile
	for p := range 3 {
		f := &logFile{name: fmt.Sprintf("ev-%d.ndjson", p), events: newEvents(rng, p)}
		var err error
		if f.file, err = os.OpenFile(filepath.Join(dir, f.name), os.O_APPEND|os.O_WRONLY, 0); err != nil {
			t.Error(err)
			return out
		}
		defer f.file.Close()
		files = append(files, f)
	}
	for i := 0; ctx.Err() == nil; i++ {
		for _, f := range files {
			text := f.events.lines(nil, 1+rng.IntN(40))
			out.lines = append(out.lines, text...)
			if rng.IntN(6) == 0 {
				value := brokenRecord(rng, i)
				out.broken = append(out.broken, deadRecord{f.name, f.size + int64(len(text)), value})
				text = append(append(text, value...), '\n')
			}
			f.size += int64(len(text))
			if err := writeInTwo(f.file, text, rng.IntN(len(text))); err != nil {
				t.Error(err)
				return out
			}
		}
		time.Sleep(3 * time.Millisecond)
	}
	return out
}

func writeInTwo(f *os.File, text []byte, cut int) error {
	if _, err := f.Write(text[:cut]); err != nil {
		return err
	}
	time.Sleep(time.Millisecond)
	_, err := f.Write(text[cut:])
	return err
}
