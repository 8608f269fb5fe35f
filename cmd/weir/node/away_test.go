package node

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/connectors"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/metrics"
	"github.com/weirdb/weir/engine/why"
)

// freePort is one that nobody listens on.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// broker is a broker with topic m, and one message in it.
func broker(t *testing.T, port int) {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(port), kfake.SeedTopics(1, "m"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(cluster.ListenAddrs()...), kgo.DefaultProduceTopic("m"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.ProduceSync(t.Context(), &kgo.Record{Value: []byte(`{"a": 7}`)}).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

// TestBrokerThatIsAwayAtTheStart: a view on another source runs meanwhile, the source is shown with its error, and once the broker is there it is
// read without a restart.
func TestBrokerThatIsAwayAtTheStart(t *testing.T) {
	port, l := freePort(t), &replayed{lines: []string{`{"a": 1, "b": 1}`}}
	n, err := Open(t.Context(), Options{
		DB: filepath.Join(t.TempDir(), "weir.duckdb"), Workers: 2, Threads: 1, CommitInterval: time.Millisecond, Connectors: append([]engine.Connector{l.connector()}, connectors.All...),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, n)
	apply(t, n, fmt.Sprintf(`CREATE SOURCE k (a BIGINT) WITH (connector = 'kafka', brokers = '127.0.0.1:%d', topic = 'm');
		CREATE MATERIALIZED VIEW v AS SELECT a FROM k;`, port)+source+"CREATE MATERIALIZED VIEW other AS SELECT a FROM s", "")
	defer run(t, n)()
	await(t, n, "SELECT count(*) FROM other", "1")
	if rows := strings.Join(showRows(t, n, "SHOW SOURCES"), "\n"); !strings.Contains(rows, "opening") {
		t.Errorf("SHOW SOURCES says %s", rows)
	}
	w := asked(t, n, func(w *why.Why) bool { return w.Sources[0].State == "retrying" })
	if !strings.Contains(w.Summary, "source k has not answered; it is asked again by itself. The error: source k: kafka: no broker answered") {
		t.Errorf("why says %s", w.Summary)
	}
	if rows := strings.Join(showRows(t, n, "SHOW SOURCES"), "\n"); !strings.Contains(rows, "retrying") || !strings.Contains(rows, "no broker answered") {
		t.Errorf("SHOW SOURCES says %s", rows)
	}
	if up := sampled(t, n, "weir_source_up", "k"); up != 0 {
		t.Errorf("weir_source_up is %g", up)
	}
	l.add(`{"a": 2, "b": 2}`)
	await(t, n, "SELECT count(*) FROM other", "2")
	broker(t, port)
	await(t, n, "SELECT sum(a) FROM v", "7")
	if s := n.Status().Sources[0]; s.State != "running" || s.Error != "" {
		t.Errorf("source %+v", s)
	}
}

// sampled is a metric of a source.
func sampled(t *testing.T, n *Node, metric, source string) float64 {
	t.Helper()
	families, err := server.Registry(n).Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range server.Samples(families) {
		if s.Name == metric && slices.Contains(s.Labels, metrics.Label{Name: "source", Value: source}) {
			return s.Value
		}
	}
	t.Fatalf("there is no %s", metric)
	return 0
}

// absentSource cannot be opened.
type absentSource struct{ engine.Source }

func (absentSource) Open(context.Context, engine.ReadOptions) (engine.Reader, error) {
	return nil, fmt.Errorf("nobody is there")
}

// TestTrialOfASourceThatIsAway: it is refused at once.
func TestTrialOfASourceThatIsAway(t *testing.T) {
	absent := engine.Connector{Name: "absent", Formats: []string{"json"}, Source: func(engine.SourceConfig) (engine.Source, error) { return absentSource{}, nil }}
	n, err := Open(t.Context(), Options{Workers: 1, Threads: 1, Connectors: []engine.Connector{absent}})
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, n)
	apply(t, n, "CREATE SOURCE s (a BIGINT) WITH (connector = 'absent', format = 'json'); CREATE MATERIALIZED VIEW v AS SELECT a FROM s", "")
	defer run(t, n)()
	asked(t, n, func(w *why.Why) bool { return w.Sources[0].State == "retrying" })
	if _, err := try(t, n, "SELECT a FROM s", 1, time.Minute); err == nil || !strings.Contains(err.Error(), "source s cannot be reached, so there is nothing to preview: source s: nobody is there") {
		t.Errorf("error %v", err)
	}
}
