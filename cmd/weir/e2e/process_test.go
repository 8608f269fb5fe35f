package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for something that must come. It only bounds a failing test.
const patience = 60 * time.Second

// process is a running weir.
type process struct {
	t              *testing.T
	cmd            *exec.Cmd
	stdout, stderr buffer
	done           chan struct{} // closed when it has ended
}

// buffer is output that is read while it is written.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// start runs weir in a folder. The test's end kills it.
func start(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	if _, err := os.ReadDir(".."); err != nil { // go test notes that: after a change of the commands it takes no old result
		t.Fatal(err)
	}
	p := &process{t: t, cmd: exec.Command(weir, args...), done: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, &p.stdout, &p.stderr
	started := make(chan error, 1)
	go p.attend(started)
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	return p
}

// attend starts the child and waits for its end. The kernel ties the child to the thread that started it, which has to live as
// long as the child.
func (p *process) attend(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.done)
	dieWithParent(p.cmd)
	err := p.cmd.Start()
	started <- err
	if err == nil {
		_ = p.cmd.Wait() // the test looks at the exit code
	}
}

// kill ends the process as kill -9 does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.done
}

// terminate asks the process to end, and returns its exit code.
func (p *process) terminate() int {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatalf("it has ended already: %v\n%s", err, p.stderr.String())
	}
	return p.wait()
}

// wait returns the exit code. A process that hangs is made to show its goroutines.
func (p *process) wait() int {
	p.t.Helper()
	return p.waitFor(patience)
}

func (p *process) waitFor(limit time.Duration) int {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(limit):
		_ = p.cmd.Process.Signal(syscall.SIGQUIT) // the failure is told below
		<-p.done
		p.t.Fatalf("weir %v did not end within %s:\n%s", p.cmd.Args[1:], limit, p.stderr.String())
	}
	return p.cmd.ProcessState.ExitCode()
}

var listening = regexp.MustCompile(`http://[0-9.]+:[0-9]+`)

// url is where the process answers HTTP.
func (p *process) url() string {
	p.t.Helper()
	url := ""
	p.eventually("it answers HTTP", func() bool {
		url = listening.FindString(p.stderr.String())
		return url != ""
	})
	return url
}

// eventually waits until something holds, while the process runs.
func (p *process) eventually(what string, holds func() bool) {
	p.t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(5 * time.Millisecond) {
		select {
		case <-p.done:
			p.t.Fatalf("weir ended before %s:\n%s", what, p.stderr.String())
		default:
		}
		if time.Now().After(end) {
			p.t.Fatalf("not within %s: %s\n%s", patience, what, p.stderr.String())
		}
	}
}

// run runs weir to its end. The exit code must be the given one.
func run(t *testing.T, dir string, code int, args ...string) (stdout, stderr string) {
	t.Helper()
	p := start(t, dir, args...)
	if got := p.wait(); got != code {
		t.Fatalf("weir %v: exit code %d, want %d\n%s%s", args, got, code, p.stdout.String(), p.stderr.String())
	}
	return p.stdout.String(), p.stderr.String()
}

// counter finds a number in what weir says at its end, such as counter(t, stderr, `source ev: (\d+) records`).
func counter(t *testing.T, stderr, pattern string) int {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(stderr)
	if m == nil {
		t.Fatalf("%s is not in:\n%s", pattern, stderr)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
