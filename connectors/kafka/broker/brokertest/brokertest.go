// Package brokertest starts a real Apache Kafka for tests, which it skips where none can be had.
//
//	b := brokertest.Start(t)
//	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addr))
//
// A test that needs another setup of the broker passes settings of its server.properties to Start.
package brokertest

import (
	"errors"
	"testing"

	"github.com/weirdb/weir/connectors/kafka/broker"
)

// Broker is a running Kafka. The test that started it stops it when it ends.
type Broker struct {
	*broker.Broker
	t testing.TB
}

// Start starts a broker in a folder of the test's own and waits until it answers. Settings are those of broker.Options.
// Where Java or Maven is missing, or the jars cannot be fetched, it skips the test and says how to install them.
func Start(t testing.TB, settings ...string) *Broker {
	t.Helper()
	b, err := broker.Start(t.TempDir(), broker.Options{Settings: settings})
	var lacking *broker.UnavailableError
	if errors.As(err, &lacking) {
		t.Skipf("needs a real Kafka: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Stop)
	return &Broker{b, t}
}

// Restart starts a stopped or killed broker again, at the same address with the same data, and waits until it answers.
func (b *Broker) Restart() {
	b.t.Helper()
	if err := b.Broker.Restart(); err != nil {
		b.t.Fatal(err)
	}
}
