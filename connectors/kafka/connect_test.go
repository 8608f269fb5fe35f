package kafka

import (
	"crypto/tls"
	"net"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/weirdb/weir/engine"
)

func openError(t *testing.T, s *source) string {
	t.Helper()
	r, err := s.Open(t.Context(), engine.ReadOptions{})
	if err == nil {
		_ = r.Close()
		t.Fatal("Open succeeded")
	}
	return err.Error()
}

func wantParts(t *testing.T, got string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(got, p) {
			t.Errorf("error %q does not say %q", got, p)
		}
	}
}

func TestUnknownTopicSaysHowToCreateIt(t *testing.T) {
	_, addr := fakeCluster(t)
	wantParts(t, openError(t, testSource(t, "brokers="+addr, "topic=nope")),
		"no topic nope at "+addr, "kafka-topics.sh --bootstrap-server "+addr+" --create --topic nope")
}

func TestUnreachableBrokerNamesTheAddress(t *testing.T) {
	s := testSource(t, "brokers=127.0.0.1:1", "topic=bid")
	s.connect = time.Second
	wantParts(t, openError(t, s), "127.0.0.1:1 within 1s", "refused")
}

func TestAuthentication(t *testing.T) {
	for _, mechanism := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
		t.Run(mechanism, func(t *testing.T) {
			_, addr := fakeCluster(t, kfake.SeedTopics(1, "bid"), kfake.EnableSASL(), kfake.Superuser(mechanism, "ann", "right"))
			given := []string{"brokers=" + addr, "topic=bid", "security_protocol=sasl_plaintext", "sasl_mechanism=" + mechanism, "sasl_username=ann"}
			open(t, testSource(t, append(given, "sasl_password=right")...), engine.ReadOptions{})

			s := testSource(t, append(given, "sasl_password=wrong")...)
			s.connect = time.Hour // the refusal does not wait for the deadline
			got := openError(t, s)
			wantParts(t, got, addr, "sasl_username 'ann'", "password")
			if strings.Contains(got, "wrong") {
				t.Errorf("error %q shows the password", got)
			}
		})
	}
}

func TestSASLNeedsUserAndPassword(t *testing.T) {
	_, err := Connector.Source(engine.SourceConfig{Name: "s", Options: options(t, Connector.SourceOptions,
		"brokers=b:1", "topic=t", "security_protocol=sasl_ssl")})
	if err == nil {
		t.Fatal("no error")
	}
	wantParts(t, err.Error(), "sasl_username and sasl_password")
}

func TestTLS(t *testing.T) {
	web := httptest.NewUnstartedServer(nil) // lends its certificate for 127.0.0.1
	web.StartTLS()
	defer web.Close()
	_, addr := fakeCluster(t, kfake.SeedTopics(1, "bid"), kfake.TLS(&tls.Config{Certificates: web.TLS.Certificates}),
		kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-256", "ann", "right"))
	ca := writePEM(t, web.Certificate().Raw)
	given := []string{"brokers=" + addr, "topic=bid", "security_protocol=sasl_ssl", "sasl_mechanism=SCRAM-SHA-256",
		"sasl_username=ann", "sasl_password=right"}
	open(t, testSource(t, append(given, "ssl_ca_location="+ca)...), engine.ReadOptions{})

	s := testSource(t, given...) // the system's authorities did not sign it
	s.connect = time.Hour        // the refusal does not wait for the deadline
	wantParts(t, openError(t, s), "certificate", "ssl_ca_location")
}

func TestTLSFilesAreNamedInErrors(t *testing.T) {
	for _, c := range [][]string{
		{"ssl_ca_location=/nowhere.pem", "/nowhere.pem"},
		{"ssl_certificate_location=/c.pem", "ssl_key_location"},
	} {
		_, err := Connector.Source(engine.SourceConfig{Name: "s", Options: options(t, Connector.SourceOptions,
			"brokers=b:1", "topic=t", "security_protocol=ssl", c[0])})
		if err == nil {
			t.Fatalf("%s: no error", c[0])
		}
		wantParts(t, err.Error(), c[1])
	}
}

// Messages of the client come once in a while, not with each attempt.
func TestLoggerRepeatsNothing(t *testing.T) {
	l := newClientLogger(nil)
	now := time.Now()
	got := []bool{l.due("a", now), l.due("a", now.Add(time.Second)), l.due("b", now), l.due("a", now.Add(quiet))}
	for i, want := range []bool{true, false, true, true} {
		if got[i] != want {
			t.Errorf("message %d: due %t, want %t", i, got[i], want)
		}
	}
}

// Brokers that have just started lead nothing for a moment: opening waits until they do.
func TestOpenWaitsForLeaders(t *testing.T) {
	c, addr := fakeCluster(t, kfake.SeedTopics(2, "bid"))
	var refused atomic.Int32
	c.ControlKey(int16(kmsg.Metadata), func(request kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		if refused.Add(1) > 3 {
			return nil, nil, false
		}
		return withoutLeaders(request.(*kmsg.MetadataRequest), addr), nil, true
	})
	r := open(t, testSource(t, "brokers="+addr, "topic=bid"), engine.ReadOptions{})
	if got := r.Partitions(); len(got) != 2 || refused.Load() <= 3 {
		t.Errorf("partitions %v after %d answers, want 2 after more than 3", got, refused.Load())
	}
}

// withoutLeaders is what a broker answers that has just started.
func withoutLeaders(request *kmsg.MetadataRequest, addr string) *kmsg.MetadataResponse {
	out := request.ResponseKind().(*kmsg.MetadataResponse)
	host, port, _ := net.SplitHostPort(addr)
	number, _ := strconv.Atoi(port)
	broker := kmsg.NewMetadataResponseBroker()
	broker.Host, broker.Port = host, int32(number)
	out.Brokers = append(out.Brokers, broker)
	topic := kmsg.NewMetadataResponseTopic()
	topic.Topic = kmsg.StringPtr("bid")
	for p := range int32(2) {
		partition := kmsg.NewMetadataResponseTopicPartition()
		partition.Partition, partition.Leader, partition.ErrorCode = p, -1, kerr.LeaderNotAvailable.Code
		topic.Partitions = append(topic.Partitions, partition)
	}
	out.Topics = append(out.Topics, topic)
	return out
}
