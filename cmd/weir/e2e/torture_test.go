package e2e

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/connectors/kafka/broker/brokertest"
)

var tortureFor = flag.Duration("torture", 3*time.Minute, "how long TestTorture goes on")

// tortured are views of every kind that has state.
var tortured = append([]view{
	{"paired", "", `SELECT a.id, b.id AS other, a.ts FROM ev a JOIN ev b
ON a.k = b.k AND a.n = b.n AND b.ts BETWEEN a.ts AND a.ts + INTERVAL '1 second' WHERE a.id < b.id`},
	{"seen", "", `SELECT DISTINCT k, n FROM ev`},
	{"top", "", `SELECT k, id, v FROM ev QUALIFY row_number() OVER (PARTITION BY k ORDER BY v DESC, id) <= 3`},
}, views...)

// TestTorture lets everything go wrong that can, all the time, at once: weir is killed and ended; the broker is killed and restarted;
// connections break and stall, apart for what is read and what is written; the disk is full for seconds. In the end every view is what DuckDB
// computes over what was produced, no row late, each dead letter there once, and a reader of the sinks' topics that reads what is committed has
// every change once.
//
//	go test ./cmd/weir/e2e -run TestTorture -torture 30m -timeout 60m
func TestTorture(t *testing.T) {
	w := newTorturedWorld(t)
	seed := w.rng.Uint64()
	producing, stopProducing := context.WithCancel(t.Context())
	out := make(chan written, 1)
	go func() { out <- produce(producing, t, w.client, rand.New(rand.NewPCG(seed, 2)), 30*time.Millisecond) }() // some 2000 events a second
	surroundings := make(chan map[string]int, 1)
	end := time.Now().Add(*tortureFor)
	go func() { surroundings <- w.torment(end, rand.New(rand.NewPCG(seed, 3))) }()
	runs := w.runUntil(end)
	happened := <-surroundings
	stopProducing()
	wrote := <-out
	t.Logf("runs of weir by their end: %v; around it: %v", runs, happened)
	// Each epoch that a sink has not got is a transaction: what has piled up may take minutes.
	if p := start(t, w.dir, "run", "--db", "x.duckdb", "--once", "--quiet", "x.sql"); p.waitFor(10*patience) != 0 {
		t.Fatalf("the last run failed: %s", p.stderr.String())
	}
	finish(t, w.dir)
	w.judge(wrote)
}

// torturedWorld is weir's surroundings.
type torturedWorld struct {
	t            *testing.T
	rng          *rand.Rand
	dir          string
	disk         error // why the disk cannot be filled up
	broker       *brokertest.Broker
	source, sink *proxy
	client       *kgo.Client // goes past the proxies
	admin        *kadm.Client
}

func newTorturedWorld(t *testing.T) *torturedWorld {
	w := &torturedWorld{t: t, rng: newRand(t), source: newProxy(t, freeAddress(t)), sink: newProxy(t, freeAddress(t))}
	w.broker = brokertest.Start(t,
		"listeners=PLAINTEXT://CLIENT_ADDR,CONTROLLER://CONTROLLER_ADDR,SOURCE://"+w.source.target+",SINK://"+w.sink.target,
		"advertised.listeners=PLAINTEXT://CLIENT_ADDR,SOURCE://"+w.source.addr+",SINK://"+w.sink.addr,
		"listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SOURCE:PLAINTEXT,SINK:PLAINTEXT")
	if w.dir, w.disk = smallVolume(t, 1024); w.disk != nil {
		t.Logf("the disk is never full here: %v", w.disk)
	}
	var err error
	if w.client, err = kgo.NewClient(kgo.SeedBrokers(w.broker.Addr), kgo.DefaultProduceTopic("ev"), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerLinger(0), kgo.AlwaysRetryEOF()); err != nil { // the broker may go at any moment
		t.Fatal(err)
	}
	t.Cleanup(w.client.Close)
	w.admin = kadm.NewClient(w.client)
	w.create("ev", 4)
	text := sourceOf(fmt.Sprintf("connector = 'kafka', brokers = '%s', topic = 'ev', format = 'json'", w.source.addr)) + statements(tortured)
	for _, v := range tortured {
		w.create(v.name, 2)
		text += fmt.Sprintf("CREATE SINK to_%s WITH (connector = 'kafka', brokers = '%s', topic = '%s', format = 'json') AS FROM %s;\n", v.name, w.sink.addr, v.name, v.name)
	}
	write(t, w.dir, "x.sql", text)
	return w
}

func (w *torturedWorld) create(topic string, partitions int32) {
	w.t.Helper()
	if _, err := w.admin.CreateTopic(w.t.Context(), partitions, 1, nil, topic); err != nil {
		w.t.Fatal(err)
	}
}

// runUntil runs weir again and again, and returns how many runs ended in which way.
func (w *torturedWorld) runUntil(end time.Time) map[string]int {
	runs := map[string]int{}
	for i := 0; time.Now().Before(end); i++ {
		p := follow(w.t, w.dir, "--commit-interval", "100ms", "--workers", strconv.Itoa(1+w.rng.IntN(3)))
		runs[w.runOnce(p, time.Duration(w.rng.Int64N(int64(12*time.Second))))]++
	}
	return runs
}

// runOnce lets weir run for a time and ends it: by SIGKILL, or once in four by SIGTERM.
func (w *torturedWorld) runOnce(p *process, d time.Duration) (how string) {
	select {
	case <-p.done:
		return w.excused(p)
	case <-time.After(d):
	}
	if w.rng.IntN(4) > 0 {
		p.kill()
		return "killed"
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err == nil && p.wait() == 0 {
		return "ended"
	}
	if s := p.cmd.ProcessState.Sys().(syscall.WaitStatus); s.Signaled() && s.Signal() == syscall.SIGTERM && p.stderr.String() == "" {
		return "ended before it began" // and could see to the signal
	}
	return w.excused(p)
}

// excused wants the reason why weir has ended with an error: nothing but a disk without room is one.
func (w *torturedWorld) excused(p *process) string {
	said := p.stderr.String()
	if code := p.cmd.ProcessState.ExitCode(); code == 0 || !strings.Contains(strings.ToLower(said), "no space left") {
		w.t.Errorf("weir ended by itself, exit code %d:\n%s", code, said)
	}
	return "disk full"
}

// torment has one thing after the other go wrong around weir, and counts them.
func (w *torturedWorld) torment(end time.Time, rng *rand.Rand) map[string]int {
	happened, hazards := map[string]int{}, w.hazards()
	for time.Now().Before(end) {
		time.Sleep(time.Duration(rng.Int64N(int64(2 * time.Second))))
		d := time.Duration(rng.Int64N(int64(8 * time.Second)))
		h := hazards[rng.IntN(len(hazards))]
		h.happen(d)
		happened[h.name]++
	}
	return happened
}

// hazard is something that goes wrong, for some time.
type hazard struct {
	name   string
	happen func(time.Duration)
}

// hazards are all that there are. To add one, add it here.
func (w *torturedWorld) hazards() []hazard {
	out := []hazard{
		{"source's connections cut", func(time.Duration) { w.source.cut() }},
		{"sinks' connections cut", func(time.Duration) { w.sink.cut() }},
		{"source stalls", func(d time.Duration) { w.source.hold(d) }},
		{"sinks stall", func(d time.Duration) { w.sink.hold(d) }},
		{"broker killed", func(d time.Duration) { w.broker.Kill(); w.restart(d) }},
		{"broker ended", func(d time.Duration) { w.broker.Stop(); w.restart(d) }},
	}
	if w.disk == nil {
		out = append(out, hazard{"disk full", w.fillDisk})
	}
	return out
}

func (w *torturedWorld) restart(after time.Duration) {
	time.Sleep(after)
	if err := w.broker.Broker.Restart(); err != nil {
		w.t.Error(err)
	}
}

func (w *torturedWorld) fillDisk(d time.Duration) {
	path, err := fill(w.dir)
	if err != nil {
		w.t.Error(err)
	}
	time.Sleep(d)
	if err := os.Remove(path); err != nil {
		w.t.Error(err)
	}
}

func (w *torturedWorld) judge(wrote written) {
	said, _ := run(w.t, w.dir, 0, "verify", "--db", "x.duckdb", "x.sql")
	for _, v := range tortured {
		says(w.t, "verify", said, "view "+v.name+": equal: ")
	}
	j := judgeLines(w.t, filepath.Join(w.dir, "x.duckdb"), wrote.lines)
	w.t.Logf("%d events, %d broken records, %d commits", j.number("SELECT count(*) FROM ev"), len(wrote.broken), j.number("SELECT epoch FROM r.weir.checkpoint"))
	j.equal(tortured)
	j.noLateRows()
	j.deadLetters(wrote.broken)
	for _, v := range tortured {
		j.delivered(v, consume(w.t, w.admin, w.broker.Addr, v.name))
	}
}
