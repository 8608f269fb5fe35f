package broker

import (
	"os"
	"strings"
)

// defaults make a single node that starts fast and keeps what it is given.
const defaults = `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@CONTROLLER_ADDR
listeners=PLAINTEXT://CLIENT_ADDR,CONTROLLER://CONTROLLER_ADDR
advertised.listeners=PLAINTEXT://CLIENT_ADDR
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=DATA_DIR
num.partitions=1
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.retention.hours=-1
`

const logging = `rootLogger.level=INFO
rootLogger.appenderRef.out.ref=out
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d %p %c{1} %m%n
`

// configure writes the files that Kafka reads.
func (b *Broker) configure(client, controller string, settings []string) error {
	text := strings.NewReplacer("CONTROLLER_ADDR", controller, "CLIENT_ADDR", client, "DATA_DIR", b.path("data")).
		Replace(defaults + strings.Join(settings, "\n") + "\n")
	if err := os.WriteFile(b.path("server.properties"), []byte(text), 0o600); err != nil {
		return err
	}
	return os.WriteFile(b.path("log4j2.properties"), []byte(logging), 0o600)
}
