package e2e

import (
	"io"
	"net"
	"sync"
	"testing"
)

// wire is a connection between Grafana and Weir that can be cut.
type wire struct {
	listener net.Listener
	to       string
	mu       sync.Mutex
	dead     bool
	ends     map[net.Conn]struct{}
}

// newWire leads to an address.
func newWire(t *testing.T, to string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: l, to: to, ends: map[net.Conn]struct{}{}}
	go w.accept()
	t.Cleanup(func() {
		l.Close()
		w.cut()
	})
	return w
}

func (w *wire) accept() {
	for {
		near, err := w.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", w.to)
		if err != nil || !w.keep(near, far) {
			near.Close()
			continue
		}
		go w.carry(near, far)
		go w.carry(far, near)
	}
}

// keep notes the two ends of a connection. It reports false if the wire is cut.
func (w *wire) keep(ends ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range ends {
		if w.dead {
			c.Close()
			continue
		}
		w.ends[c] = struct{}{}
	}
	return !w.dead
}

func (w *wire) carry(from, to net.Conn) {
	_, _ = io.Copy(to, from) // it ends when either end does
	from.Close()
	to.Close()
}

// cut ends all connections, and lets none come about until it is mended.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead = true
	for c := range w.ends {
		c.Close()
	}
	w.ends = map[net.Conn]struct{}{}
}

func (w *wire) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead = false
}
