package verify

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/connectors/server"
)

// replay applies the pipeline's text as it is now, and replays all dead letters.
func (p *pipeline) replay(want server.Replayed) {
	p.t.Helper()
	ctx := p.t.Context()
	n, err := node.Open(ctx, node.Options{DB: p.db(), Workers: 2, Threads: 1})
	if err != nil {
		p.t.Fatal(err)
	}
	defer n.Close()
	if _, err := n.Apply(ctx, p.text); err != nil {
		p.t.Fatal(err)
	}
	got, err := n.ReplayAlone(ctx, server.Replay{})
	if err != nil {
		p.t.Fatal(err)
	}
	if got.Problems = nil; fmt.Sprint(got) != fmt.Sprint(want) {
		p.t.Errorf("replayed %+v, want %+v", got, want)
	}
}

// replace puts another text in place of one that must be there.
func (p *pipeline) replace(old, text string) {
	p.t.Helper()
	if !strings.Contains(p.text, old) {
		p.t.Fatalf("there is no %q", old)
	}
	p.text = strings.Replace(p.text, old, text, 1)
}

// mend declares the source so that numbers are times too.
func (p *pipeline) mend() {
	p.t.Helper()
	p.replace("CREATE SOURCE", "CREATE OR REPLACE SOURCE")
	p.replace("follow = 'true'", "follow = 'true', timestamp_unit = 'seconds'")
}

// inSeconds is an event whose time, of a second, is a number.
func inSeconds(id, second int, k string, v float64) string {
	return fmt.Sprintf(`{"id":%d,"k":%q,"v":%g,"ts":%d,"place":{"room":"r1","floor":1}}`, id, k, v, 1767225600+second)
}

// Letters that were replayed are in the batch, but for those that were late then. Who reads them again, in a table of its own, has them once;
// so has a view that comes later.
func TestReplayedLetters(t *testing.T) {
	p := newPipeline(t, views)
	p.events(0, 30) // to second 9
	p.append("0.ndjson", inSeconds(1000, 5, "b", 2), inSeconds(1001, 200, "b", 3))
	p.events(30, 300) // to second 99
	p.append("0.ndjson", inSeconds(1002, 98, "c", 4), `{"id": 1003, "ts": "never"}`)
	p.run(306 - 2)
	p.equal(Options{})
	p.mend()
	p.replay(server.Replayed{Chosen: 4, Replayed: 3, Dead: 1, Late: 1})
	out := p.equal(Options{})
	if x := out["totals"]; x.Events != 303 || x.Late != 0 || x.DeadLetters != 1 {
		t.Errorf("totals: %+v", x)
	}
	if x := out["windows"]; x.Late != 1 {
		t.Errorf("windows: %+v", x)
	}
	p.events(300, 900)
	p.append("0.ndjson", event(1004, 5, "b", 7)) // late as it comes: not the one that was replayed
	p.run(601)
	if x := p.equal(Options{})["windows"]; x.Late != 2 {
		t.Errorf("windows: %+v", x)
	}
	p.replay(server.Replayed{Chosen: 1, Dead: 1})
	p.replace("CREATE MATERIALIZED VIEW windows", "CREATE OR REPLACE MATERIALIZED VIEW windows")
	p.replace("sum(v) AS total FROM tumble", "max(v) AS total FROM tumble")
	p.text += "CREATE MATERIALIZED VIEW later AS SELECT id FROM s;"
	p.run(0)
	p.replay(server.Replayed{Chosen: 1, Dead: 1})
	out = p.equal(Options{Ended: true})
	if x := out["later"]; x.Events != 904 || x.Rows != 904 {
		t.Errorf("later: %+v", x)
	}
	if x := out["windows"]; x.Late > 1 {
		t.Errorf("windows: %+v", x)
	}
}

const overlapping = `
CREATE MATERIALIZED VIEW hops AS
SELECT window_start, k, count(*) AS n, sum(v) AS total FROM hop(s, ts, INTERVAL '5 seconds', INTERVAL '20 seconds') WHERE v > 0 GROUP BY ALL;
CREATE MATERIALIZED VIEW ends AS SELECT window_end, count(*) AS n FROM hop(s, ts, INTERVAL '3 seconds', INTERVAL '10 seconds') GROUP BY ALL;
CREATE MATERIALIZED VIEW grown AS SELECT window_start, window_end, count(*) AS n FROM cumulate(s, ts, INTERVAL '5 seconds', INTERVAL '20 seconds') GROUP BY ALL;
CREATE MATERIALIZED VIEW most AS SELECT window_start, max(n) AS n FROM hops GROUP BY ALL;
CREATE MATERIALIZED VIEW tumbling AS SELECT window_start, count(*) AS n FROM tumble(s, ts, INTERVAL '10 seconds') GROUP BY ALL;
`

// An event may be late for some of its windows, and count in the others: so it is in the batch. That holds for letters that are replayed as for
// events that come late.
func TestLateForSomeWindows(t *testing.T) {
	p := newPipeline(t, overlapping)
	p.events(0, 30) // to second 9
	p.append("0.ndjson", inSeconds(1000, 5, "b", 2))
	p.events(30, 300)                                                              // to second 99: windows that end at 97 or before are closed
	p.append("0.ndjson", inSeconds(1001, 90, "b", 3), inSeconds(1002, 98, "c", 4)) // of which the first has closed windows, and open ones
	p.run(303)
	p.equal(Options{})
	p.append("0.ndjson", event(1003, 91, "b", 5), event(1004, 5, "b", 5), event(1005, 91, "a", 5))
	p.run(3)
	if x := p.equal(Options{})["hops"]; x.Late != 4+2 {
		t.Errorf("hops: %+v", x)
	}
	p.mend()
	p.replay(server.Replayed{Chosen: 3, Replayed: 3, Late: 2})
	if x := p.equal(Options{})["hops"]; x.Late != 6+5 {
		t.Errorf("hops: %+v", x)
	}
	p.events(300, 900)
	p.run(0)
	p.equal(Options{Ended: true})
	p.tamper("UPDATE hops SET n = n + 1 WHERE window_start = '2026-01-01 00:01:15' AND k = 'b'")
	if x := p.verify(Options{})["hops"]; x.Refused != "" || x.ExtraN != 1 || x.MissingN != 1 {
		t.Errorf("hops: %+v", x)
	}
}

// Where hop() reads another view, it is not known which event a row of it is of, and verify says so.
func TestLateForSomeWindowsOfAView(t *testing.T) {
	p := newPipeline(t, `CREATE MATERIALIZED VIEW good AS SELECT k, ts FROM s WHERE v > 0;
		CREATE MATERIALIZED VIEW hops AS SELECT window_start, count(*) AS n FROM hop(good, ts, INTERVAL '5 seconds', INTERVAL '20 seconds') GROUP BY ALL;`)
	p.events(0, 300)
	p.run(300)
	p.append("0.ndjson", event(1003, 91, "b", 5))
	p.run(1)
	if x := p.verify(Options{})["hops"]; !strings.Contains(x.Refused, "late for some of their windows") {
		t.Errorf("hops: %s", x.Summary())
	}
}

// A view that stops on one letter goes on without it, and has the others.
func TestReplayedLetterThatStopsAView(t *testing.T) {
	p := newPipeline(t, `CREATE MATERIALIZED VIEW small AS SELECT k, sum(v)::TINYINT AS v FROM s GROUP BY k;
		CREATE MATERIALIZED VIEW copies AS SELECT id, k, v FROM s;`)
	p.append("0.ndjson", event(1, 1, "a", 1))
	for i := range 21 {
		v := 2.0
		if i == 3 || i == 17 {
			v = 1000
		}
		p.append("0.ndjson", inSeconds(100+i, 2, "a", v))
	}
	p.run(22)
	p.mend()
	p.replay(server.Replayed{Chosen: 21, Replayed: 19, Dead: 2})
	if got := p.texts("SELECT v::VARCHAR FROM small"); !slices.Equal(got, []string{"39"}) {
		t.Errorf("got %q", got)
	}
	out := p.equal(Options{})
	if x := out["small"]; x.Events != 20 || x.DeadLetters != 2 {
		t.Errorf("small: %+v", x)
	}
	if x := out["copies"]; x.Events != 22 || x.DeadLetters != 0 {
		t.Errorf("copies: %+v", x)
	}
}

// A letter comes after all that was read: if it was delivered again meanwhile, it is the duplicate.
func TestReplayedDuplicates(t *testing.T) {
	p := newPipeline(t, "CREATE MATERIALIZED VIEW copies AS SELECT id, k, v FROM s;")
	p.replace("follow = 'true'", "follow = 'true', unique_key = 'id', unique_within = '30 seconds'")
	p.append("0.ndjson", inSeconds(1, 5, "number", 1), event(1, 5, "text", 2), inSeconds(2, 6, "number", 3), event(3, 7, "text", 4))
	p.run(4)
	p.mend()
	p.replay(server.Replayed{Chosen: 2, Replayed: 2})
	if x := p.equal(Options{})["copies"]; x.Duplicates != 1 || x.Rows != 3 {
		t.Errorf("copies: %+v", x)
	}
}

// What a message says beside its value is kept with its letter.
func TestReplayedMessages(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "m"))
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Close()
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.DefaultProduceTopic("m"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for i, at := range []string{`"2026-01-01T00:00:01"`, "1767225602"} {
		r := &kgo.Record{Key: fmt.Appendf(nil, "k%d", i), Value: fmt.Appendf(nil, `{"ts": %s}`, at), Headers: []kgo.RecordHeader{{Key: "from", Value: []byte("here")}}}
		if err := client.ProduceSync(t.Context(), r).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	p := &pipeline{t: t, dir: t.TempDir(), text: fmt.Sprintf(`
		CREATE SOURCE m (_key VARCHAR, _headers MAP(VARCHAR, VARCHAR), _offset BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1 second')
		WITH (connector = 'kafka', brokers = '%s', topic = 'm');
		CREATE MATERIALIZED VIEW all_of_it AS SELECT _key, _headers['from'] AS host, _offset, ts FROM m;`, cluster.ListenAddrs()[0])}
	p.run(0)
	p.replace("CREATE SOURCE", "CREATE OR REPLACE SOURCE")
	p.replace("topic = 'm'", "topic = 'm', timestamp_unit = 'seconds'")
	p.replay(server.Replayed{Chosen: 1, Replayed: 1})
	got := p.texts("SELECT _key || ' ' || host || ' ' || _offset || ' ' || ts::TIME FROM all_of_it ORDER BY ALL")
	if want := []string{"k0 here 0 00:00:01", "k1 here 1 00:00:02"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	p.equal(Options{})
}
