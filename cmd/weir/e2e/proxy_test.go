package e2e

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// proxy stands between weir and a server, so that a test can cut its connections and hold them up.
//
//	weir ──► proxy ──► target
type proxy struct {
	addr, target string
	passing      sync.RWMutex // locked for writing, nothing passes
	mu           sync.Mutex
	open         map[net.Conn]bool
}

// newProxy listens until the test ends. Nobody may connect before the target is there.
func newProxy(t *testing.T, target string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{addr: l.Addr().String(), target: target, open: map[net.Conn]bool{}}
	t.Cleanup(func() { l.Close(); p.cut() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(c)
		}
	}()
	return p
}

// serve passes on what comes, both ways, until one side closes.
func (p *proxy) serve(from net.Conn) {
	to, err := net.Dial("tcp", p.target)
	if err != nil { // the server is down: the client sees its connection closed
		from.Close()
		return
	}
	p.mu.Lock()
	p.open[from], p.open[to] = true, true
	p.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { p.pump(from, to) })
	both.Go(func() { p.pump(to, from) })
	both.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, from)
	delete(p.open, to)
}

func (p *proxy) pump(from, to net.Conn) {
	defer from.Close()
	defer to.Close()
	_, _ = io.Copy(gated{p, to}, from) // either end may be closed at any time
}

// gated is a connection that waits while the proxy holds.
type gated struct {
	proxy *proxy
	to    net.Conn
}

func (g gated) Write(b []byte) (int, error) {
	g.proxy.passing.RLock()
	defer g.proxy.passing.RUnlock()
	return g.to.Write(b)
}

// cut closes all connections at once.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		c.Close()
	}
}

// hold lets nothing pass for a time; the connections stay.
func (p *proxy) hold(d time.Duration) {
	p.passing.Lock()
	defer p.passing.Unlock()
	time.Sleep(d)
}
