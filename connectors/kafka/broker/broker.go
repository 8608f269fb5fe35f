// Package broker starts a real Apache Kafka: one node in KRaft mode, on free ports of the loopback interface, with fresh storage
// in a folder. It needs Java 17 or newer, and Maven to fetch the jars once (54 MB, cached). Tests start it through brokertest.
//
//	b, err := broker.Start(dir, broker.Options{})
//	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addr))
//	b.Kill(); err = b.Restart()                        // as after kill -9: same address, same data
//	b.Stop()
//
// Who needs another setup of the broker passes settings of its server.properties.
package broker

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// readyTimeout bounds a start. It takes about 5 s on an idle machine.
const readyTimeout = 90 * time.Second

// Options adjust a broker. The zero value starts fast and is meant for little data.
type Options struct {
	// Settings are lines of server.properties; they come after the defaults and replace them. CLIENT_ADDR and CONTROLLER_ADDR
	// in them stand for the two addresses that are in use anyway.
	Settings []string
	JVM      []string // flags for java in place of the default ones
}

// quickJVM starts fast, and compiles little.
var quickJVM = []string{"-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"}

// UnavailableError says what this machine lacks to run Kafka, and how to get it.
type UnavailableError struct{ Lacks string }

// Error implements error.
func (e *UnavailableError) Error() string { return e.Lacks }

// Broker is a running Kafka. Who started it stops it; where the system can, it dies with the process that started it.
type Broker struct {
	Addr string // host:port for clients

	dir     string
	jars    string
	jvm     []string
	process *process // nil while stopped
}

// Start starts a broker and waits until it answers. It keeps its files in dir, which is there. The error is an
// *UnavailableError where Java or Maven is missing, or the jars cannot be fetched.
func Start(dir string, o Options) (*Broker, error) {
	if _, err := exec.LookPath("java"); err != nil {
		return nil, &UnavailableError{"no java: install Java 17 or newer (apt install openjdk-17-jre-headless, brew install openjdk)"}
	}
	libs, err := jars()
	if err != nil {
		return nil, err
	}
	b := &Broker{dir: dir, jars: libs, jvm: o.JVM}
	if b.jvm == nil {
		b.jvm = quickJVM
	}
	for range 3 { // another process may take a port between our looking for it and Kafka's binding it
		if err = b.launch(o.Settings); err == nil {
			return b, nil
		}
		b.Kill()
		if !strings.Contains(b.log(), "Address already in use") {
			break
		}
	}
	return nil, fmt.Errorf("start Kafka: %w\n%s", err, b.tail())
}

// Stop shuts the broker down in order, as SIGTERM does. Stopping twice is fine.
func (b *Broker) Stop() {
	if b.process != nil {
		b.process.stop()
		b.process = nil
	}
}

// Kill ends the broker at once, as kill -9 does.
func (b *Broker) Kill() {
	if b.process != nil {
		b.process.kill()
		b.process = nil
	}
}

// Restart starts a stopped or killed broker again, at the same address with the same data, and waits until it answers.
func (b *Broker) Restart() error {
	b.Stop()
	if err := b.run(); err != nil {
		return fmt.Errorf("restart Kafka: %w\n%s", err, b.tail())
	}
	return nil
}

// PID is the process's id; 0 while stopped.
func (b *Broker) PID() int {
	if b.process == nil {
		return 0
	}
	return b.process.cmd.Process.Pid
}

// launch formats fresh storage and starts on ports that are free now.
func (b *Broker) launch(settings []string) error {
	client, controller, err := freePorts()
	if err != nil {
		return err
	}
	b.Addr = client
	if err := os.RemoveAll(b.path("data")); err != nil {
		return err
	}
	if err := b.configure(client, controller, settings); err != nil {
		return err
	}
	format := b.java("kafka.tools.StorageTool", "format", "-t", clusterID(), "-c", b.path("server.properties"))
	if out, err := format.CombinedOutput(); err != nil {
		return fmt.Errorf("format storage: %w: %s", err, out)
	}
	return b.run()
}

// run starts the process and waits until it answers.
func (b *Broker) run() error {
	p, err := startProcess(b.java("kafka.Kafka", b.path("server.properties")), b.path("server.log"))
	if err != nil {
		return err
	}
	b.process = p
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Addr))
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), readyTimeout)
	defer cancel()
	for {
		err := client.Ping(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("it ended while starting: %w", err)
		case <-ctx.Done():
			return fmt.Errorf("no answer within %s: %w", readyTimeout, err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (b *Broker) java(args ...string) *exec.Cmd {
	flags := slices.Concat(b.jvm, []string{
		"-Dlog4j2.configurationFile=" + b.path("log4j2.properties"), "-cp", filepath.Join(b.jars, "*")}, args)
	cmd := exec.Command("java", flags...)
	cmd.Dir = b.dir
	return cmd
}

func (b *Broker) path(name string) string { return filepath.Join(b.dir, name) }

func (b *Broker) log() string {
	text, _ := os.ReadFile(b.path("server.log"))
	return string(text)
}

// tail is the end of the broker's log, for an error's message.
func (b *Broker) tail() string {
	text := b.log()
	return text[max(0, len(text)-3000):]
}

// freePorts finds two ports of the loopback interface that nobody listens on.
func freePorts() (client, controller string, err error) {
	var addrs [2]string
	for i := range addrs {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", "", err
		}
		defer l.Close() // both are held until both are known, so that they differ
		addrs[i] = l.Addr().String()
	}
	return addrs[0], addrs[1], nil
}

// clusterID makes an identifier as Kafka wants it: 16 random bytes in base64, not looking like a flag.
func clusterID() string {
	var id [16]byte
	for {
		_, _ = rand.Read(id[:]) // never fails
		if text := base64.RawURLEncoding.EncodeToString(id[:]); text[0] != '-' {
			return text
		}
	}
}
