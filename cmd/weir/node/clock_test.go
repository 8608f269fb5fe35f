package node

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine"
)

// jumpingClock is a wall clock that is set back or forth by hours each time that somebody looks at it, until it is mended.
type jumpingClock struct {
	mu     sync.Mutex
	base   time.Time
	random *rand.Rand
	mended time.Time // zero until then
}

func (c *jumpingClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.mended.IsZero() {
		return c.base.Add(time.Since(c.mended))
	}
	return c.base.Add(time.Duration(c.random.IntN(13)-6) * time.Hour)
}

func (c *jumpingClock) mend() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mended = time.Now()
}

// clocked has a view of all events, one of windows that are written once, and one that keeps its last minute.
const clocked = `CREATE SOURCE s (id BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '4 seconds')
WITH (connector = 'events', format = 'json', idle_timeout = '1 second', max_future = '1 hour');
CREATE MATERIALIZED VIEW v AS SELECT count(*) AS n, count(DISTINCT id) AS ids FROM s;
CREATE MATERIALIZED VIEW closed AS SELECT window_start, window_end, count(*) AS n FROM tumble(s, ts, INTERVAL '10 seconds') GROUP BY ALL;
CREATE MATERIALIZED VIEW recent WITH (retention = '1 minute') AS
SELECT window_start, window_end, count(*) AS n FROM tumble(s, ts, INTERVAL '10 seconds') GROUP BY ALL;`

// TestClockJumps: while the wall clock jumps back and forth by hours commits go on, and each event is counted once, or is a dead letter of
// max_future, which a replay gives to the views once the clock is right; every window closes once, by event time, and retention goes by it too.
func TestClockJumps(t *testing.T) {
	start := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	clock := &jumpingClock{base: start.Add(5 * time.Minute), random: rand.New(rand.NewPCG(3, 5))}
	l := &replayed{}
	n, err := Open(t.Context(), Options{
		Workers: 2, Threads: 1, Connectors: []engine.Connector{l.connector()}, Writable: true, CommitInterval: time.Millisecond, Now: clock.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, n)
	apply(t, n, clocked, "")
	stop := run(t, n)
	defer func() { stop() }()
	const events = 300
	for i := range events {
		l.add(timed(i, start.Add(time.Duration(i)*time.Second)))
		if i%10 == 9 { // so that there are many commits
			await(t, n, "SELECT coalesce(max(n), 0) + (SELECT count(*) FROM weir.dead_letters) FROM v", number(int64(i+1)))
		}
	}
	if got := one(t, n, "SELECT count(*) > 0 AND bool_and(reason LIKE 'event time too far in the future%') FROM weir.dead_letters"); got != "true" {
		t.Errorf("dead letters of max_future alone: %s", got)
	}
	clock.mend()
	if r, err := n.Replay(t.Context(), server.Replay{}); err != nil || r.Dead > 0 {
		t.Fatalf("replay %+v, %v", r, err)
	}
	await(t, n, "SELECT [n, ids]::VARCHAR FROM v", fmt.Sprintf("[%d, %d]", events, events))
	// from the watermark, which may be behind windows that only have dead letters
	const lacking = `SELECT count(*) FROM (FROM closed WHERE window_end > (SELECT max(reached) FROM weir.positions WHERE query = 'closed') - INTERVAL '1 minute'
		EXCEPT FROM recent)`
	await(t, n, lacking, "0")
	l.add(timed(events, start.Add(30*time.Minute)))
	const once = `SELECT [sum(n), count(*) - count(DISTINCT window_start)]::VARCHAR FROM (
		FROM closed UNION ALL BY NAME SELECT NULL AS window_start, NULL AS window_end, 1 AS n FROM weir.late_rows WHERE view = 'closed')`
	late := one(t, n, "SELECT count(*) FROM weir.late_rows WHERE view = 'closed'")
	await(t, n, once, fmt.Sprintf("[%d, %s]", events, late))
	await(t, n, "SELECT count(*) FROM recent", "0")
}

func timed(id int, at time.Time) string {
	return fmt.Sprintf(`{"id": %d, "ts": %q}`, id, at.Format("2006-01-02T15:04:05"))
}
