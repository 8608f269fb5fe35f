package flink

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
)

// ConfigNote says how the cluster is set up.
const ConfigNote = "Flink: job manager -Xmx1g, one task manager with -Xmx2688m, 1 GB of managed memory and as many slots as its parallelism, SQL gateway " +
	"-Xmx1g; state on the heap (hashmap), object reuse on"

// ports are where the cluster listens, on loopback.
type ports struct{ rpc, rest, gateway int }

// freePorts finds ports that nobody listens on.
func freePorts() (p ports, err error) {
	for _, port := range []*int{&p.rpc, &p.rest, &p.gateway} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return p, err
		}
		defer l.Close() // all are held until all are known, so that they differ
		*port = l.Addr().(*net.TCPAddr).Port
	}
	return p, nil
}

// writeConfig writes the file that all processes read.
func writeConfig(dir string, p ports, slots int) error {
	text := fmt.Sprintf(`jobmanager.rpc.address: 127.0.0.1
jobmanager.rpc.port: %d
jobmanager.bind-host: 127.0.0.1
jobmanager.memory.process.size: 1600m
taskmanager.bind-host: 127.0.0.1
taskmanager.host: 127.0.0.1
taskmanager.numberOfTaskSlots: %d
rest.address: 127.0.0.1
rest.bind-address: 127.0.0.1
rest.port: %d
state.backend.type: hashmap
pipeline.object-reuse: true
execution.checkpointing.storage: filesystem
execution.checkpointing.dir: file://%s
io.tmp.dirs: %s
sql-gateway.endpoint.rest.address: 127.0.0.1
sql-gateway.endpoint.rest.bind-address: 127.0.0.1
sql-gateway.endpoint.rest.port: %d
`, p.rpc, slots, p.rest, filepath.Join(dir, "checkpoints"), dir, p.gateway)
	return os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(text), 0o600)
}

// The main classes.
const (
	jobManager  = "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"
	taskManager = "org.apache.flink.runtime.taskexecutor.TaskManagerRunner"
	gateway     = "org.apache.flink.table.gateway.SqlGateway"
)

// opened are the packages of java.base that Flink reaches into; its own configuration names the same.
var opened = []string{"lang", "net", "io", "nio", "lang.reflect", "text", "time", "util", "util.concurrent", "util.concurrent.atomic", "util.concurrent.locks"}

// javaFlags are for every process.
func javaFlags() []string {
	flags := []string{
		"--add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED", "--add-exports=jdk.compiler/com.sun.tools.javac.api=ALL-UNNAMED",
		"--add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED", "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
	}
	for _, p := range opened {
		flags = append(flags, "--add-opens=java.base/java."+p+"=ALL-UNNAMED")
	}
	return flags
}

// memory are the parts of the task manager's memory, which Flink's own scripts compute from its total.
var memory = []string{
	"taskmanager.memory.task.heap.size=2560mb", "taskmanager.memory.framework.heap.size=128mb", "taskmanager.memory.task.off-heap.size=0b",
	"taskmanager.memory.framework.off-heap.size=128mb", "taskmanager.memory.managed.size=1024mb", "taskmanager.memory.network.min=256mb",
	"taskmanager.memory.network.max=256mb", "taskmanager.memory.jvm-metaspace.size=256mb", "taskmanager.memory.jvm-overhead.min=256mb",
	"taskmanager.memory.jvm-overhead.max=256mb",
}

// command makes the command line of one process.
func (c *Cluster) command(ctx context.Context, class string) *exec.Cmd {
	args := javaFlags()
	switch class {
	case taskManager:
		args = append(args, "-Xms1g", "-Xmx2688m", "-XX:MaxDirectMemorySize=1g")
	default:
		args = append(args, "-Xmx1g")
	}
	args = append(args, "-cp", filepath.Join(c.jars, "*"), class)
	switch class {
	case taskManager:
		args = append(args, "--configDir", c.dir, "-D", fmt.Sprintf("taskmanager.cpu.cores=%d", c.slots))
		for _, m := range memory {
			args = append(args, "-D", m)
		}
	case jobManager:
		args = append(args, "--configDir", c.dir)
	}
	cmd := exec.CommandContext(ctx, "java", args...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "FLINK_CONF_DIR="+c.dir, "FLINK_LIB_DIR="+c.jars, "FLINK_OPT_DIR="+filepath.Join(c.dir, "opt"), "FLINK_HOME="+c.dir)
	return cmd
}
