package e2e

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// sender posts events until it is told to stop, and notes what was accepted.
type sender struct {
	events *events
	rng    *rand.Rand
	base   *atomic.Pointer[string] // where weir answers now
	// accepted are lines that were answered with 202. Of those in doubt no answer came: weir was killed before or after it kept them.
	accepted, doubt [][]byte
	broken          [][]byte // accepted lines that do not convert
}

// post sends a body; 0 if no answer came.
func (s *sender) post(body []byte, contentType string) int {
	answer, err := http.Post(*s.base.Load()+"/v1/sources/ev/events", contentType, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

func (s *sender) run(ctx context.Context, t *testing.T) {
	for i := 0; ctx.Err() == nil; i++ {
		var batch [][]byte
		for range 1 + s.rng.IntN(20) {
			batch = append(batch, s.events.next(nil))
		}
		var broken []byte
		if s.rng.IntN(5) == 0 {
			s.events.id++
			broken = fmt.Appendf(nil, `{"id":"number %d","k":"x"}`, s.events.id)
		}
		code := s.post(bytes.Join(append(batch, broken), []byte("\n")), "application/x-ndjson")
		switch code {
		case http.StatusAccepted:
			s.accepted = append(s.accepted, batch...)
			if broken != nil {
				s.broken = append(s.broken, broken)
			}
		case 0:
			s.doubt = append(s.doubt, batch...)
			time.Sleep(5 * time.Millisecond) // until weir is started again
		case http.StatusServiceUnavailable: // it is starting: nothing was kept
			time.Sleep(time.Millisecond)
		default:
			t.Errorf("answer %d", code)
			return
		}
	}
}

// Each event that was accepted over HTTP counts, once, however often weir is killed; one of which no answer came counts once or not
// at all. What does not convert is a dead letter, once.
func TestKillWhileReceivingHTTP(t *testing.T) {
	rng, dir := newRand(t), t.TempDir()
	seen := []view{views[1], views[2], {"seen", "", "SELECT id FROM ev"}}
	write(t, dir, "x.sql", sourceOf("connector = 'http', format = 'json'")+statements(seen))
	var base atomic.Pointer[string]
	nowhere := "http://127.0.0.1:1"
	base.Store(&nowhere)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var senders []*sender
	var all sync.WaitGroup
	for n := range 6 {
		s := &sender{events: newEvents(rng, n), rng: rand.New(rand.NewPCG(rng.Uint64(), 3)), base: &base}
		s.events.rng = s.rng // it is one goroutine's
		senders = append(senders, s)
		all.Go(func() { s.run(ctx, t) })
	}
	for i := range kills {
		p := follow(t, dir, "--commit-interval", "50ms", "--workers", strconv.Itoa(1+i%3))
		url := p.url()
		base.Store(&url)
		if i%2 == 1 {
			p.commits()
		}
		time.Sleep(time.Duration(100+rng.IntN(500)) * time.Millisecond)
		p.kill()
	}
	stop()
	all.Wait()
	finish(t, dir)
	judgeSenders(t, filepath.Join(dir, "x.duckdb"), senders, seen)
	out, _ := run(t, dir, 0, "verify", "--db", "x.duckdb", "--ended")
	if strings.Count(out, ": equal:") != len(seen) {
		t.Errorf("weir verify says\n%s", out)
	}
}

// judgeSenders has DuckDB compute the views over what was accepted, and what of the rest the views have.
func judgeSenders(t *testing.T, database string, senders []*sender, seen []view) {
	t.Helper()
	var accepted, doubt, broken [][]byte
	for _, s := range senders {
		accepted, doubt, broken = append(accepted, s.accepted...), append(doubt, s.doubt...), append(broken, s.broken...)
	}
	j := judgeLines(t, database, bytes.Join(append(accepted, doubt...), []byte("\n")))
	j.exec(fmt.Sprintf("CREATE TABLE sure AS SELECT id FROM ev WHERE rowid < %d", len(accepted)))
	n, unsure := j.number("SELECT count(*) FROM sure"), j.number("SELECT count(*) FROM ev ANTI JOIN sure USING (id) SEMI JOIN r.main.seen USING (id)")
	t.Logf("%d events accepted, %d in doubt, of which %d are kept; %d broken", n, len(doubt), unsure, len(broken))
	if lost := j.number("SELECT count(*) FROM sure ANTI JOIN r.main.seen USING (id)"); lost > 0 || n < kills {
		t.Errorf("%d of %d accepted events are lost", lost, n)
	}
	j.exec("DELETE FROM ev WHERE id NOT IN (FROM r.main.seen)")
	j.progressed()
	j.equal(seen)
	for _, value := range broken {
		if letters := j.number(fmt.Sprintf("SELECT count(*) FROM r.weir.dead_letters WHERE decode(value) = '%s'", value)); letters != 1 {
			t.Errorf("%d dead letters for %s", letters, value)
		}
	}
}
