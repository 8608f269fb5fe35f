package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"testing"
	"time"
)

// mirror is a client's copy of a view, made of its changes only.
type mirror struct {
	rows  map[string]int // how often a row is there
	epoch int64          // that rows is the state of; -1 before the first
	next  map[string]int // what an epoch changes that is not complete yet
	reset bool           // next begins with the whole table
}

// changeLine is a line of a view's changes.
type changeLine struct {
	Epoch         int64
	Weight        int
	Row           json.RawMessage
	Gap, Progress bool
}

// apply takes in a line. Only whole epochs count: what a kill has cut off comes again.
func (m *mirror) apply(c changeLine) {
	switch {
	case c.Gap:
		m.next, m.reset = map[string]int{}, true
	case c.Progress:
		if m.reset {
			m.rows = map[string]int{}
		}
		for row, n := range m.next {
			if m.rows[row] += n; m.rows[row] == 0 {
				delete(m.rows, row)
			}
		}
		m.epoch, m.next, m.reset = c.Epoch, map[string]int{}, false
	default:
		m.next[string(c.Row)] += c.Weight
	}
}

// read follows a view until the epoch is reached or, with -1, the connection breaks.
func (m *mirror) read(t *testing.T, url, view string, until int64) {
	t.Helper()
	m.next, m.reset = map[string]int{}, m.epoch < 0
	target := url + "/v1/views/" + view + "/changes?snapshot=true&progress=true"
	if m.epoch >= 0 {
		target += fmt.Sprint("&from_epoch=", m.epoch)
	}
	response, err := http.Get(target)
	if err != nil {
		return // killed before
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusServiceUnavailable {
		return // killed while it was starting
	}
	if response.StatusCode != http.StatusOK {
		t.Errorf("%s: %s", target, response.Status)
		return
	}
	for scan := bufio.NewScanner(response.Body); (until < 0 || m.epoch < until) && scan.Scan(); {
		var c changeLine
		if err := json.Unmarshal(scan.Bytes(), &c); err != nil {
			return // cut off
		}
		m.apply(c)
	}
}

// A client that goes on after the epoch that it has, with a snapshot where it must, has the view's table whenever weir is killed.
func TestSubscribersHaveTheTableAcrossKills(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	write(t, dir, "x.sql", followed+statements(views))
	e := newEvents(rng, 0)
	mirrors := map[string]*mirror{}
	for _, v := range views {
		mirrors[v.name] = &mirror{rows: map[string]int{}, epoch: -1}
	}
	for range 8 {
		appendTo(t, dir, e.lines(nil, 10_000))
		p := follow(t, dir, "--commit-interval", "10ms")
		url := p.url()
		done := make(chan bool)
		for _, v := range views {
			go func() {
				for range 3 { // clients come back
					mirrors[v.name].read(t, url, v.name, mirrors[v.name].epoch+6)
				}
				mirrors[v.name].read(t, url, v.name, -1)
				done <- true
			}()
		}
		time.Sleep(time.Duration(50+rng.IntN(400)) * time.Millisecond)
		p.kill()
		for range views {
			<-done
		}
	}
	url := follow(t, dir, "--commit-interval", "10ms").url()
	for _, v := range views {
		mirrors[v.name].equal(t, url, v.name)
	}
}

// equal brings the mirror up to date and compares it with the table, at the same epoch.
func (m *mirror) equal(t *testing.T, url, view string) {
	t.Helper()
	table := &mirror{epoch: -1}
	for end := time.Now().Add(patience); m.epoch < 0 || m.epoch != table.epoch; { // until the input has been read
		if time.Now().After(end) {
			t.Fatalf("%s: the mirror is at epoch %d, the table at %d", view, m.epoch, table.epoch)
		}
		table.epoch = -1
		if table.read(t, url, view, 0); table.epoch < 0 { // weir is starting still
			time.Sleep(10 * time.Millisecond)
			continue
		}
		m.read(t, url, view, table.epoch)
	}
	if !maps.Equal(m.rows, table.rows) || len(table.rows) == 0 {
		t.Errorf("%s: %d rows after the changes, %d in the table at epoch %d", view, len(m.rows), len(table.rows), table.epoch)
	}
}
