// Package cluster gives benchmarks a Kafka with topics of their own: the brokers that the user names, or one that it starts.
//
//	c, err := cluster.Connect(ctx, brokers, log)   // starts one if brokers is empty
//	defer c.Close()                                // deletes the topics, stops what was started
//	topic, err := c.Create(ctx, "bid", 4)
package cluster

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka/process"
	"github.com/weirdb/weir/connectors/kafka/broker"
	"github.com/weirdb/weir/engine"
)

// Brokers is the option that benchmarks have for what Connect takes.
var Brokers = engine.Option{
	Name: "brokers",
	Doc:  "Addresses of a running Kafka, host:port, separated by commas; without it one is started, which takes Java 17 and Maven.",
}

const (
	// connectTimeout is how long to look for the user's brokers.
	connectTimeout = 10 * time.Second
	// timeout bounds each request to them.
	timeout = 30 * time.Second
)

// jvm are flags for a broker that is not to be what is measured: memory as Kafka's own scripts give it.
var jvm = []string{"-Xms1g", "-Xmx1g"}

// Cluster is a Kafka in use. It is for one goroutine.
type Cluster struct {
	Brokers string         // addresses for CREATE SOURCE
	Client  *kgo.Client    // connected; it reads nothing
	own     *broker.Broker // nil if the user's
	dir     string         // of own
	admin   *kadm.Client
	topics  []string
}

// Connect connects to brokers, or starts one in a temporary folder if that is empty. Its progress goes to log. The caller closes
// the cluster. More options for the client come last.
func Connect(ctx context.Context, brokers string, log io.Writer, more ...kgo.Opt) (c *Cluster, err error) {
	c = &Cluster{Brokers: brokers}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Close())
		}
	}()
	if brokers == "" {
		if err := c.start(log); err != nil {
			return c, err
		}
	}
	options := append([]kgo.Opt{
		kgo.SeedBrokers(strings.Split(c.Brokers, ",")...), kgo.ClientID("weir-bench"),
		kgo.ProducerBatchCompression(kgo.NoCompression()), kgo.RecordPartitioner(kgo.ManualPartitioner()),
	}, more...)
	if c.Client, err = kgo.NewClient(options...); err != nil {
		return c, fmt.Errorf("connect to Kafka at %s: %w", c.Brokers, err)
	}
	c.admin = kadm.NewClient(c.Client)
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if err := c.Client.Ping(ctx); err != nil {
		return c, fmt.Errorf("connect to Kafka at %s: %w", c.Brokers, err)
	}
	return c, nil
}

// start starts a broker of our own.
func (c *Cluster) start(log io.Writer) (err error) {
	if c.dir, err = bench.TempDir(); err != nil {
		return err
	}
	fmt.Fprintln(log, "starting Kafka", broker.Version)
	c.own, err = broker.Start(c.dir, broker.Options{JVM: jvm})
	var lacking *broker.UnavailableError
	if errors.As(err, &lacking) {
		return fmt.Errorf("%w; or name a running Kafka with --brokers host:port", err)
	}
	if err != nil {
		return err
	}
	c.Brokers = c.own.Addr
	return nil
}

// Create makes a topic, uncompressed and with one replica. Its name begins as given and is new.
func (c *Cluster) Create(ctx context.Context, name string, partitions int) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	topic := "weir-bench-" + name + "-" + strings.ToLower(rand.Text()[:8])
	if _, err := c.admin.CreateTopic(ctx, int32(partitions), 1, nil, topic); err != nil {
		return "", fmt.Errorf("create topic %s: %w", topic, err)
	}
	c.topics = append(c.topics, topic)
	return topic, nil
}

// Facts describe the cluster in a report.
func (c *Cluster) Facts() []bench.Fact {
	if c.own == nil {
		return []bench.Fact{{Name: "kafka", Value: "running at " + c.Brokers}}
	}
	return []bench.Fact{{Name: "kafka", Value: "Apache Kafka " + broker.Version + ", one node on this machine, " + strings.Join(jvm, " ")}}
}

// Confine leaves the started broker the n cores that a child with so many has; a cluster of the user's stays as it is.
func (c *Cluster) Confine(n int) error {
	if c.own == nil {
		return nil
	}
	return process.Confine(c.own.PID(), n)
}

// CPU is what the started broker has used so far; 0 if the cluster is the user's.
func (c *Cluster) CPU() time.Duration {
	if c.own == nil {
		return 0
	}
	u, _ := bench.Process(c.own.PID()) // where the system does not tell, it counts as nothing, like another's
	return u.CPU
}

// Close deletes the topics and stops the broker that was started.
func (c *Cluster) Close() (err error) {
	if c.own == nil && len(c.topics) > 0 {
		err = c.deleteTopics()
	}
	if c.Client != nil {
		c.Client.Close()
	}
	if c.own != nil {
		c.own.Stop()
	}
	if c.dir != "" {
		err = errors.Join(err, os.RemoveAll(c.dir))
	}
	return err
}

// deleteTopics leaves another's cluster as it was.
func (c *Cluster) deleteTopics() error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout) // the benchmark's own may be done
	defer cancel()
	answers, err := c.admin.DeleteTopics(ctx, c.topics...)
	if err == nil {
		err = answers.Error()
	}
	if err != nil {
		return fmt.Errorf("delete topics %s: %w", strings.Join(c.topics, ", "), err)
	}
	return nil
}
