package kafka

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/connectors/kafka/broker/brokertest"
	"github.com/weirdb/weir/engine"
)

// A real Kafka: everything that kfake could be too kind about. The parts share a broker, because starting one takes seconds.
func TestRealBroker(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a real Kafka: leave out -short to run it")
	}
	secured := freeAddr(t)
	b := brokertest.Start(t,
		"listeners=PLAINTEXT://CLIENT_ADDR,CONTROLLER://CONTROLLER_ADDR,SASL://"+secured,
		"advertised.listeners=PLAINTEXT://CLIENT_ADDR,SASL://"+secured,
		"listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT",
		"sasl.enabled.mechanisms=PLAIN",
		"transaction.partition.verification.enable=false", // so that realHanging can leave something open
		`listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_ann="right";`)
	t.Run("bounded read, resume, lag", func(t *testing.T) { realRead(t, b) })
	t.Run("transactions", func(t *testing.T) { realTransactions(t, b) })
	t.Run("hole at the end", func(t *testing.T) { realHole(t, b) })
	t.Run("lost range", func(t *testing.T) { realLostRange(t, b) })
	t.Run("new partitions", func(t *testing.T) { realNewPartitions(t, b) })
	t.Run("sink", func(t *testing.T) { realSink(t, b) })
	t.Run("sink, exactly once", func(t *testing.T) { realExactlyOnce(t, b) })
	t.Run("sink, transaction left open", func(t *testing.T) { realHanging(t, b) })
	t.Run("authentication", func(t *testing.T) { realAuthentication(t, secured) })
	t.Run("outage", func(t *testing.T) { realOutage(t, b) })
}

func realRead(t *testing.T, b *brokertest.Broker) {
	admin := createTopic(t, b.Addr, "bid", 5, nil) // one stays empty
	p := producer(t, b.Addr)
	for part := range int32(4) {
		write(t, p, "bid", part, 0, 5000)
	}
	s := testSource(t, "brokers="+b.Addr, "topic=bid", "group_id=mine")
	r := open(t, s, engine.ReadOptions{Bounded: true})
	all := readAll(t, r)
	checkComplete(t, all, 0)

	half := map[string]int64{"0": 2500, "1": 2500, "2": 2500, "3": 2500, "4": 0}
	if err := r.Committed(half); err != nil {
		t.Error(err)
	}
	again, err := s.Open(t.Context(), engine.ReadOptions{Bounded: true, From: half})
	if err != nil {
		t.Fatal(err)
	}
	checkComplete(t, readAll(t, again), 2500)
	if err := again.Committed(half); err != nil {
		t.Error(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
	checkLag(t, admin, "mine", 10000)
}

func checkComplete(t *testing.T, s *seen, from int) {
	t.Helper()
	for part := range 4 {
		name := strconv.Itoa(part)
		values := s.values[name]
		if len(values) != 5000-from || !s.ended[name] {
			t.Errorf("partition %s: %d records, ended %t; want %d, true", name, len(values), s.ended[name], 5000-from)
			continue
		}
		for i, v := range values {
			if want := fmt.Sprintf("bid/%d/%d", part, from+i); v != want {
				t.Fatalf("partition %s, record %d: %q, want %q", name, i, v, want)
			}
		}
	}
	if !s.ended["4"] || len(s.values["4"]) != 0 {
		t.Errorf("the empty partition: ended %t, %d records", s.ended["4"], len(s.values["4"]))
	}
}

func checkLag(t *testing.T, admin *kadm.Client, group string, want int64) {
	t.Helper()
	lags, err := admin.Lag(t.Context(), group)
	if err != nil {
		t.Fatal(err)
	}
	if got := lags[group].Lag.Total(); got != want {
		t.Errorf("lag of group %s: %d, want %d", group, got, want)
	}
}

func realTransactions(t *testing.T, b *brokertest.Broker) {
	createTopic(t, b.Addr, "tx", 1, nil)
	transact(t, b.Addr, "one", kgo.TryCommit, "a", "b")
	transact(t, b.Addr, "two", kgo.TryAbort, "x", "y")
	holdOpen(t, b.Addr, "three", "open")
	for isolation, want := range map[string]string{"read_committed": "a,b up to 6", "read_uncommitted": "a,b,x,y,open up to 7"} {
		s := testSource(t, "brokers="+b.Addr, "topic=tx", "isolation_level="+isolation)
		got := readAll(t, open(t, s, engine.ReadOptions{Bounded: true}))
		if text := fmt.Sprintf("%s up to %d", strings.Join(got.values["0"], ","), got.next["0"]); text != want {
			t.Errorf("%s: read %s, want %s", isolation, text, want)
		}
	}
}

// As TestHoleAtTheEnd, against the real fetch request.
func realHole(t *testing.T, b *brokertest.Broker) {
	s := testSource(t, "brokers="+b.Addr, "topic=tx")
	r := open(t, s, engine.ReadOptions{Bounded: true, From: map[string]int64{"0": 5}}) // the marker that ends transaction two
	if got := readAll(t, r); got.next["0"] != 6 || got.count() != 0 {
		t.Errorf("next %d with %d records, want 6 with none", got.next["0"], got.count())
	}
}

func realLostRange(t *testing.T, b *brokertest.Broker) {
	admin := createTopic(t, b.Addr, "short", 1, nil)
	p := producer(t, b.Addr)
	write(t, p, "short", 0, 0, 20)
	r := open(t, testSource(t, "brokers="+b.Addr, "topic=short"), engine.ReadOptions{From: map[string]int64{"0": 20}}).(*reader)
	r.fetcher.drop(0)
	gone := kadm.Offsets{}
	gone.AddOffset("short", 0, 12, -1)
	if _, err := admin.DeleteRecords(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	r.byNumber[0].next = 5 // as if the reader had been slow
	r.fetcher.fetch(0, 5)
	s := readUntil(t, r, func(s *seen) bool { return s.next["0"] == 20 && s.count() > 0 })
	if len(s.rejects) != 1 || !strings.Contains(s.rejects[0].Reason, "offsets 5 to 11 ") || s.count() != 8 {
		t.Errorf("rejects %+v and %d records, want one that names offsets 5 to 11, and 8", s.rejects, s.count())
	}
}

func realNewPartitions(t *testing.T, b *brokertest.Broker) {
	admin := createTopic(t, b.Addr, "grows", 1, nil)
	r := open(t, testSource(t, "brokers="+b.Addr, "topic=grows"), engine.ReadOptions{})
	if _, err := admin.CreatePartitions(t.Context(), 1, "grows"); err != nil {
		t.Fatal(err)
	}
	write(t, producer(t, b.Addr), "grows", 1, 0, 4)
	readUntil(t, r, func(s *seen) bool { return len(s.values["1"]) == 4 })
	if got := r.Partitions(); !slices.Equal(got, []string{"0", "1"}) {
		t.Errorf("partitions %v, want 0 and 1", got)
	}
}

func realSink(t *testing.T, b *brokertest.Broker) {
	createTopic(t, b.Addr, "hot", 1, nil)
	s := openSink(t, "brokers="+b.Addr, "topic=hot", "key=auction")
	for epoch, batch := range []engine.Batch{
		changes(t, false, row{1, 5, 1}, row{2, 1, 1}),
		changes(t, false, row{1, 5, -1}, row{1, 6, 1}, row{2, 1, -1}),
	} {
		if err := s.Deliver(t.Context(), engine.Delivery{Epoch: int64(epoch), Columns: hotColumns, Changes: []engine.Batch{batch}}); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{`{"auction":1}={"auction":1,"bids":5}@0`, `{"auction":2}={"auction":2,"bids":1}@0`,
		`{"auction":1}={"auction":1,"bids":6}@1`, `{"auction":2}=tombstone@1`}
	if got := topicContent(t, b.Addr, "hot", len(want)); !slices.Equal(got, want) {
		t.Errorf("topic holds\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// An epoch that comes again after a crash is not written again, whether the crash was before the transaction's end or behind it; and
// who has been taken over from writes no more.
func realExactlyOnce(t *testing.T, b *brokertest.Broker) {
	createTopic(t, b.Addr, "once", 2, nil)
	var sinks []*sink
	for range 3 {
		sinks = append(sinks, openSink(t, "brokers="+b.Addr, "topic=once").(*sink))
	}
	first, cut, second := sinks[0], sinks[1], sinks[2]
	deliver := func(s engine.Sink, epoch int64) error {
		return s.Deliver(t.Context(), engine.Delivery{Epoch: epoch, Columns: hotColumns, Changes: []engine.Batch{changes(t, true, row{epoch, 1, 1})}})
	}
	for _, epoch := range []int64{1, 2, 2} {
		if err := deliver(first, epoch); err != nil {
			t.Fatal(err)
		}
	}
	if err := deliver(cut, 2); err != nil {
		t.Fatal(err)
	}
	if err := cut.client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	if err := cut.client.ProduceSync(t.Context(), &kgo.Record{Topic: "once", Value: []byte("cut off")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	for _, epoch := range []int64{2, 3} {
		if err := deliver(second, epoch); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := deliver(first, 3); err == nil || !strings.Contains(err.Error(), "another weir, with a copy of this database") {
			t.Errorf("error %v, want that another has taken over", err)
		}
	}
	got := topicContent(t, b.Addr, "once", 3)
	slices.Sort(got)
	want := []string{`={"auction":1,"bids":1}@1`, `={"auction":2,"bids":1}@2`, `={"auction":3,"bids":1}@3`}
	if !slices.Equal(got, want) {
		t.Errorf("topic holds\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func realAuthentication(t *testing.T, addr string) {
	given := []string{"brokers=" + addr, "topic=bid", "security_protocol=sasl_plaintext", "sasl_username=ann"}
	r := open(t, testSource(t, append(given, "sasl_password=right")...), engine.ReadOptions{Bounded: true})
	checkComplete(t, readAll(t, r), 0)

	s := testSource(t, append(given, "sasl_password=wrong")...)
	s.connect = time.Hour // the refusal does not wait for the deadline
	wantParts(t, openError(t, s), "refused sasl_username 'ann'", addr)
	s = testSource(t, append(given, "sasl_password=right", "sasl_mechanism=SCRAM-SHA-256")...)
	s.connect = time.Hour
	wantParts(t, openError(t, s), "does not offer sasl_mechanism = 'SCRAM-SHA-256'")
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// The broker is killed while it is read, and comes back with the same data: nothing is lost, doubled or reported as an error.
func realOutage(t *testing.T, b *brokertest.Broker) {
	createTopic(t, b.Addr, "outage", 1, nil)
	write(t, producer(t, b.Addr), "outage", 0, 0, 100)
	r := open(t, testSource(t, "brokers="+b.Addr, "topic=outage"), engine.ReadOptions{})
	s := readUntil(t, r, func(s *seen) bool { return s.count() == 100 })
	b.Kill()
	silent, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	for silent.Err() == nil {
		fetches, err := r.Poll(silent)
		if err != nil && silent.Err() == nil {
			t.Fatalf("poll during the outage: %v", err)
		}
		s.add(t, fetches)
	}
	b.Restart()
	write(t, producer(t, b.Addr), "outage", 0, 100, 100)
	for s.count() < 200 {
		fetches, err := r.Poll(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s.add(t, fetches)
	}
	for i, v := range s.values["0"] {
		if want := fmt.Sprintf("outage/0/%d", i); v != want {
			t.Fatalf("record %d: %q, want %q", i, v, want)
		}
	}
}
