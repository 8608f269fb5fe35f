package kafka

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/engine"
)

func TestBoundedReadsEachPartitionToItsEnd(t *testing.T) {
	_, addr := fakeCluster(t, kfake.SeedTopics(3, "bid"))
	p := producer(t, addr)
	write(t, p, "bid", 0, 0, 700)
	write(t, p, "bid", 2, 0, 3)

	r := open(t, testSource(t, "brokers="+addr, "topic=bid"), engine.ReadOptions{Bounded: true})
	write(t, p, "bid", 0, 700, 50) // after Open: not part of the bounded read
	write(t, p, "bid", 1, 0, 50)
	if got := r.Partitions(); !slices.Equal(got, []string{"0", "1", "2"}) {
		t.Errorf("partitions %v, want all three, the empty one too", got)
	}
	s := readAll(t, r)
	if want := map[string]int64{"0": 700, "1": 0, "2": 3}; !maps.Equal(s.next, want) {
		t.Errorf("next %v, want %v", s.next, want)
	}
	if len(s.values["0"]) != 700 || len(s.values["1"]) != 0 || len(s.values["2"]) != 3 {
		t.Errorf("%d, %d and %d records, want 700, 0 and 3", len(s.values["0"]), len(s.values["1"]), len(s.values["2"]))
	}
	if s.values["2"][1] != "bid/2/1" {
		t.Errorf("record 1 of partition 2 is %q", s.values["2"][1])
	}
	if want := map[string]bool{"0": true, "1": true, "2": true}; !maps.Equal(s.ended, want) {
		t.Errorf("ended %v, want all", s.ended)
	}
}

func TestResumesWhereTheEngineSays(t *testing.T) {
	_, addr := fakeCluster(t, kfake.SeedTopics(2, "bid"))
	p := producer(t, addr)
	write(t, p, "bid", 0, 0, 10)
	write(t, p, "bid", 1, 0, 10)
	// latest does not apply to a partition added after the source was first read
	s := testSource(t, "brokers="+addr, "topic=bid", "auto_offset_reset=latest")
	got := readAll(t, open(t, s, engine.ReadOptions{Bounded: true, From: map[string]int64{"0": 7}}))
	if !slices.Equal(got.values["0"], []string{"bid/0/7", "bid/0/8", "bid/0/9"}) || len(got.values["1"]) != 10 {
		t.Errorf("read %v and %d records, want 7, 8, 9 and 10 records", got.values["0"], len(got.values["1"]))
	}
}

func TestLatestBeginsAtTheEnd(t *testing.T) {
	_, addr := fakeCluster(t, kfake.SeedTopics(1, "bid"))
	p := producer(t, addr)
	write(t, p, "bid", 0, 0, 10)
	r := open(t, testSource(t, "brokers="+addr, "topic=bid", "auto_offset_reset=latest"), engine.ReadOptions{})
	write(t, p, "bid", 0, 10, 2)
	s := readUntil(t, r, func(s *seen) bool { return s.count() == 2 })
	if !slices.Equal(s.values["0"], []string{"bid/0/10", "bid/0/11"}) {
		t.Errorf("read %v, want what came after Open", s.values["0"])
	}
}

// Leaders move between three brokers while the topic is read.
func TestLeadersMove(t *testing.T) {
	c, addr := fakeCluster(t, kfake.NumBrokers(3), kfake.SeedTopics(6, "bid"))
	p := producer(t, addr)
	for part := range int32(6) {
		write(t, p, "bid", part, 0, 1000)
	}
	r := open(t, testSource(t, "brokers="+addr, "topic=bid"), engine.ReadOptions{})
	c.ShufflePartitionLeaders()
	s := readUntil(t, r, func(s *seen) bool { return s.count() >= 6000 })
	for part := range int32(6) {
		c.ShufflePartitionLeaders()
		write(t, p, "bid", part, 1000, 1000)
	}
	rest := readUntil(t, r, func(s *seen) bool { return s.count() >= 6000 })
	for name, values := range rest.values {
		if all := len(values) + len(s.values[name]); all != 2000 || values[len(values)-1] != "bid/"+name+"/1999" {
			t.Errorf("partition %s: %d records, the last one %s; want 2000, bid/%s/1999", name, all, values[len(values)-1], name)
		}
	}
}

func TestQuietPartitionsAreReported(t *testing.T) {
	_, addr := fakeCluster(t, kfake.SeedTopics(2, "bid"))
	p := producer(t, addr)
	write(t, p, "bid", 0, 0, 5)
	r := open(t, testSource(t, "brokers="+addr, "topic=bid"), engine.ReadOptions{})
	reports := map[string]int{}
	deadline := time.Now().Add(20 * time.Second)
	for (reports["0"] < 3 || reports["1"] < 3) && time.Now().Before(deadline) {
		fetches, err := r.Poll(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fetches {
			if f.Unpack == nil && f.Waiting == 0 {
				reports[f.Partition]++
			}
		}
	}
	if reports["0"] < 3 || reports["1"] < 3 {
		t.Errorf("reports of quiet partitions: %v, want at least 3 of each", reports)
	}
}

func TestNewPartitionsJoinFromTheirFirstRecord(t *testing.T) {
	_, addr := fakeCluster(t)
	admin := createTopic(t, addr, "bid", 1, nil)
	r := open(t, testSource(t, "brokers="+addr, "topic=bid", "auto_offset_reset=latest"), engine.ReadOptions{})
	if _, err := admin.CreatePartitions(t.Context(), 2, "bid"); err != nil {
		t.Fatal(err)
	}
	write(t, producer(t, addr), "bid", 2, 0, 4)
	s := readUntil(t, r, func(s *seen) bool { return len(s.values["2"]) == 4 })
	if s.values["2"][0] != "bid/2/0" || !slices.Equal(r.Partitions(), []string{"0", "1", "2"}) {
		t.Errorf("first record %q, partitions %v", s.values["2"][0], r.Partitions())
	}
}

func TestTransactions(t *testing.T) {
	for _, c := range []struct {
		isolation string
		want      string
		next      int64
	}{
		{"read_committed", "a,b", 6},
		{"read_uncommitted", "a,b,x,y,open", 7},
	} {
		t.Run(c.isolation, func(t *testing.T) {
			_, addr := fakeCluster(t, kfake.SeedTopics(1, "tx"))
			transact(t, addr, "one", kgo.TryCommit, "a", "b")
			transact(t, addr, "two", kgo.TryAbort, "x", "y")
			holdOpen(t, addr, "three", "open")
			r := open(t, testSource(t, "brokers="+addr, "topic=tx", "isolation_level="+c.isolation), engine.ReadOptions{Bounded: true})
			s := readAll(t, r)
			if got := strings.Join(s.values["0"], ","); got != c.want || s.next["0"] != c.next {
				t.Errorf("read %s up to %d, want %s up to %d", got, s.next["0"], c.want, c.next)
			}
		})
	}
}

// transact writes values in one transaction: offsets of the values, and one of the marker that ends it.
func transact(t *testing.T, addr, id string, end kgo.TransactionEndTry, values ...string) {
	t.Helper()
	client := holdOpen(t, addr, id, values...)
	if err := client.EndTransaction(t.Context(), end); err != nil {
		t.Fatal(err)
	}
}

func holdOpen(t *testing.T, addr, id string, values ...string) *kgo.Client {
	t.Helper()
	client := producer(t, addr, kgo.TransactionalID(id))
	if err := client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	for _, v := range values {
		if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: "tx", Value: []byte(v)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	return client
}

// The last offset has no record, here because it is a marker, elsewhere because compaction emptied the last batch: the read
// ends even so, and a stream knows that it is quiet.
func TestHoleAtTheEnd(t *testing.T) {
	for _, bounded := range []bool{true, false} {
		t.Run("bounded="+strconv.FormatBool(bounded), func(t *testing.T) {
			_, addr := fakeCluster(t, kfake.SeedTopics(1, "tx"))
			transact(t, addr, "one", kgo.TryCommit, "a", "b") // offset 2 is the marker
			s := testSource(t, "brokers="+addr, "topic=tx")
			r := open(t, s, engine.ReadOptions{Bounded: bounded, From: map[string]int64{"0": 2}})
			got := readUntil(t, r, func(s *seen) bool { return !bounded && s.next["0"] == 3 })
			if got.next["0"] != 3 || got.waiting["0"] != 0 || got.count() != 0 || got.ended["0"] != bounded {
				t.Errorf("next %d, waiting %d, %d records, ended %t; want 3, 0, 0, %t",
					got.next["0"], got.waiting["0"], got.count(), got.ended["0"], bounded)
			}
		})
	}
}

func TestCommittedShowsInTheGroup(t *testing.T) {
	_, addr := fakeCluster(t)
	admin := createTopic(t, addr, "bid", 2, nil)
	write(t, producer(t, addr), "bid", 1, 0, 10)
	r, err := testSource(t, "brokers="+addr, "topic=bid").Open(t.Context(), engine.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Committed(map[string]int64{"1": 4}); err != nil {
		t.Error(err)
	}
	if err := r.Close(); err != nil { // sends what is left
		t.Error(err)
	}
	got, err := admin.FetchOffsets(t.Context(), "weir-src")
	if err != nil || got["bid"][1].At != 4 {
		t.Errorf("group is at %d, want 4 (%v)", got["bid"][1].At, err)
	}
}

func TestMessagesWithoutValueAreDeadLetters(t *testing.T) {
	_, addr := fakeCluster(t, kfake.SeedTopics(1, "bid"))
	for _, value := range [][]byte{nil, {}, []byte(" \n"), []byte("{}")} {
		if err := producer(t, addr).ProduceSync(t.Context(), &kgo.Record{Topic: "bid", Key: []byte("k"), Value: value}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	s := readAll(t, open(t, testSource(t, "brokers="+addr, "topic=bid"), engine.ReadOptions{Bounded: true}))
	if !slices.Equal(s.values["0"], []string{"{}"}) {
		t.Errorf("read %q, want the one that has a value", s.values["0"])
	}
	if len(s.rejects) != 3 || s.rejects[2].Offset != 2 || s.rejects[2].Reason != noValue {
		t.Errorf("dead letters %+v, want three", s.rejects)
	}
}

// Another query stands at 7: a new one that would start at the end must not make it lose what lies between.
func TestLatestLeavesNothingOutForOthers(t *testing.T) {
	_, addr := fakeCluster(t, kfake.SeedTopics(1, "bid"))
	write(t, producer(t, addr), "bid", 0, 0, 10)
	s := testSource(t, "brokers="+addr, "topic=bid", "auto_offset_reset=latest")
	got := readAll(t, open(t, s, engine.ReadOptions{Bounded: true, NotAfter: map[string]int64{"0": 7}}))
	if !slices.Equal(got.values["0"], []string{"bid/0/7", "bid/0/8", "bid/0/9"}) {
		t.Errorf("read %v, want 7, 8, 9", got.values["0"])
	}
}
