// Package process runs the programs that are measured: each on cores of its own choice, with what it writes at hand, and gone
// when the benchmark is.
package process

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
)

// patience is how long a process may take to end when asked to.
const patience = 60 * time.Second

// Process is a running program.
type Process struct {
	cmd   *exec.Cmd
	said  buffer
	child *bench.Child
	done  chan struct{} // closed when it has ended; usage and err are set by then
	usage bench.Usage
	err   error
}

// Start starts a command on the last so many cores of those that this process may use; 0 for all. The command was made with
// exec.CommandContext, whose end kills it; its output is kept in memory.
func Start(cmd *exec.Cmd, cores int) (*Process, error) {
	p := &Process{cmd: cmd, done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &p.said, &p.said
	started := make(chan error, 1)
	go p.attend(cores, started)
	return p, <-started
}

// attend starts the child and waits for its end. The child has the cores of the thread that starts it, and dies with that
// thread where the system can see to it: the thread belongs to this goroutine until the child has ended.
func (p *Process) attend(cores int, started chan<- error) {
	runtime.LockOSThread() // never unlocked: the thread, with its cores, ends with the goroutine
	defer close(p.done)
	bindToParent(p.cmd)
	if cores > 0 {
		p.err = pin(cores)
	}
	if p.err == nil {
		p.child, p.err = bench.Start(p.cmd)
	}
	started <- p.err
	if p.err == nil {
		p.usage, p.err = p.child.Wait()
	}
}

// Said is what the process has written so far.
func (p *Process) Said() string { return p.said.String() }

// Usage is what the process, which must run, has used so far.
func (p *Process) Usage() (bench.Usage, error) { return p.child.Usage() }

// Ended reports whether the process has ended.
func (p *Process) Ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// Wait waits for the end, and returns what the process has used in total. An exit code other than 0 is an error.
func (p *Process) Wait() (bench.Usage, error) {
	<-p.done
	if p.err != nil {
		return p.usage, p.Failed(p.err)
	}
	return p.usage, nil
}

// Stop asks the process to end, and waits for that.
func (p *Process) Stop() (bench.Usage, error) {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
	select {
	case <-p.done:
		return p.Wait()
	case <-time.After(patience):
		p.Kill()
		return p.usage, p.Failed(fmt.Errorf("%s did not end when asked to", p.cmd.Path))
	}
}

// Kill ends the process at once, if it has not ended.
func (p *Process) Kill() {
	_ = p.cmd.Process.Signal(os.Kill) // it may have ended by itself
	<-p.done
}

// Failed adds the end of what the process has said to an error.
func (p *Process) Failed(err error) error {
	said := p.Said()
	return fmt.Errorf("%w; it said:\n%s", err, said[max(0, len(said)-2000):])
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
