package kafka

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/engine"
)

// fakeCluster starts an in-process broker and returns it with its address.
func fakeCluster(t testing.TB, opts ...kfake.Opt) (*kfake.Cluster, string) {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, c.ListenAddrs()[0]
}

// producer is a client that writes to the partition each record names.
func producer(t testing.TB, addr string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	opts = append([]kgo.Opt{kgo.SeedBrokers(addr), kgo.RecordPartitioner(kgo.ManualPartitioner())}, opts...)
	client, err := kgo.NewClient(opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// write adds n records to a partition, whose values name the topic, partition and running number.
func write(t testing.TB, client *kgo.Client, topic string, partition int32, from, n int) {
	t.Helper()
	for i := from; i < from+n; i++ {
		r := &kgo.Record{Topic: topic, Partition: partition, Value: fmt.Appendf(nil, "%s/%d/%d", topic, partition, i)}
		client.Produce(t.Context(), r, func(_ *kgo.Record, err error) {
			if err != nil {
				t.Errorf("produce: %v", err)
			}
		})
	}
	if err := client.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func options(t testing.TB, declared []engine.Option, given ...string) engine.Options {
	t.Helper()
	m := map[string]string{}
	for _, g := range given {
		name, value, _ := strings.Cut(g, "=")
		m[name] = value
	}
	o, err := engine.Validate(m, declared)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// testSource is a source whose clock runs faster than that of the product.
func testSource(t testing.TB, given ...string) *source {
	t.Helper()
	s, err := Connector.Source(engine.SourceConfig{Name: "src", Options: options(t, Connector.SourceOptions, given...)})
	if err != nil {
		t.Fatal(err)
	}
	out := s.(*source)
	out.tick, out.connect = 100*time.Millisecond, 5*time.Second
	return out
}

func open(t testing.TB, s *source, o engine.ReadOptions) engine.Reader {
	t.Helper()
	r, err := s.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// seen is what was read, by partition.
type seen struct {
	values  map[string][]string
	next    map[string]int64
	waiting map[string]int64
	ended   map[string]bool
	rejects []engine.DeadLetter
}

func newSeen() *seen {
	return &seen{values: map[string][]string{}, next: map[string]int64{}, waiting: map[string]int64{}, ended: map[string]bool{}}
}

func (s *seen) add(t testing.TB, fetches []engine.Fetch) {
	t.Helper()
	for _, f := range fetches {
		if s.ended[f.Partition] {
			t.Errorf("partition %s: a fetch after its end: %+v", f.Partition, f)
		}
		last := s.next[f.Partition] - 1
		records, rejects := unpacked(t, f, nil)
		for _, r := range records {
			if r.Offset <= last || r.Offset >= f.Next {
				t.Errorf("partition %s: offset %d after %d, before Next %d", f.Partition, r.Offset, last, f.Next)
			}
			last = r.Offset
			s.values[f.Partition] = append(s.values[f.Partition], string(r.Value))
		}
		s.next[f.Partition], s.waiting[f.Partition], s.ended[f.Partition] = f.Next, f.Waiting, f.End
		s.rejects = append(append(s.rejects, f.Rejects...), rejects...)
	}
}

func unpacked(t testing.TB, f engine.Fetch, into []engine.Record) ([]engine.Record, []engine.DeadLetter) {
	t.Helper()
	if f.Unpack == nil {
		return nil, nil
	}
	records, rejects, err := f.Unpack(into)
	if err != nil {
		t.Fatal(err)
	}
	return records, rejects
}

func (s *seen) count() (n int) {
	for v := range maps.Values(s.values) {
		n += len(v)
	}
	return n
}

// readAll reads a bounded source to its end.
func readAll(t testing.TB, r engine.Reader) *seen {
	t.Helper()
	return readUntil(t, r, func(*seen) bool { return false })
}

// readUntil reads until done reports true, or the end.
func readUntil(t testing.TB, r engine.Reader, done func(*seen) bool) *seen {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	s := newSeen()
	for !done(s) {
		fetches, err := r.Poll(ctx)
		if errors.Is(err, io.EOF) {
			return s
		}
		if err != nil {
			t.Fatalf("poll: %v; so far next %v, waiting %v", err, s.next, s.waiting)
		}
		s.add(t, fetches)
	}
	return s
}

func createTopic(t testing.TB, addr, topic string, partitions int32, configs map[string]*string) *kadm.Client {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(addr))
	if err != nil {
		t.Fatal(err)
	}
	admin := kadm.NewClient(client)
	t.Cleanup(admin.Close)
	if _, err := admin.CreateTopic(t.Context(), partitions, 1, configs, topic); err != nil {
		t.Fatal(err)
	}
	return admin
}

// writePEM writes a certificate to a file and returns its path.
func writePEM(t testing.TB, der []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
