package operators_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"math"
	"syscall"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/duckdb/duckdb-go/v2"
	duckstore "github.com/weirdb/weir/connectors/duckdb"
	"github.com/weirdb/weir/engine/types"
)

// benchQueries are run by Weir and by DuckDB over the same bids.
var benchQueries = []struct{ name, columns string }{
	{"integer", "auction, count(*), max(price), avg(price)"},
	{"string", "channel, count(*), max(price), avg(price)"},
	{"two", "auction, bidder, count(*), max(price), avg(price)"},
	{"mixed", "auction, channel, count(*), max(price), avg(price)"},
	{"filter", "auction, count(*) FILTER (WHERE price > 1000), max(price)"},
	{"distinct", "auction, count(DISTINCT bidder)"},
	{"distinct_text", "auction, count(DISTINCT channel)"},
	{"approx", "auction, approx_count_distinct(bidder)"},
	{"approx_text", "auction, approx_count_distinct(channel)"},
}

func selectOf(columns string) string {
	return "SELECT window_start, window_end, " + columns + " FROM tumble(bid, date_time, INTERVAL '10 seconds') GROUP BY ALL"
}

const benchEvents, benchBatch = "2000000", 8192

// BenchmarkChain is the CPU that a query's operators take, from Arrow rows in memory to the closed windows' rows, with one
// worker and with rows split between two; and, side by side, what DuckDB takes on one thread over a table in memory.
func BenchmarkChain(b *testing.B) {
	input := loadBids(b, benchEvents, benchBatch)
	duck := newDuck(b, input)
	for _, q := range benchQueries {
		text := selectOf(q.columns)
		rows := duck.count(b, text)
		for workers := 1; workers <= 2; workers++ {
			b.Run(fmt.Sprintf("%s/weir-%d", q.name, workers), func(b *testing.B) {
				built := query(b, text)
				b.ReportAllocs()
				measure(b, input.rows, func() {
					p := newPipeline(b, built, workers, input.columns)
					p.run(b, input)
					if p.rows != rows {
						b.Fatalf("%d rows, DuckDB has %d", p.rows, rows)
					}
				})
			})
		}
		b.Run(q.name+"/duckdb", func(b *testing.B) {
			measure(b, input.rows, func() { duck.exec(b, "CREATE OR REPLACE TEMP TABLE result AS "+text) })
		})
	}
}

// measure reports the process's CPU time for each event in the best of all passes: others use the machine too.
func measure(b *testing.B, events int64, pass func()) {
	best := int64(math.MaxInt64)
	for b.Loop() {
		from := cpu(b)
		pass()
		best = min(best, cpu(b)-from)
	}
	b.ReportMetric(float64(best)/float64(events), "cpu-ns/event")
}

// cpu is what the process has used, in nanoseconds.
func cpu(b *testing.B) int64 {
	var u syscall.Rusage
	check(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return u.Utime.Nano() + u.Stime.Nano()
}

// duck is a DuckDB with the bids in a table.
type duck struct{ conn *sql.Conn }

func newDuck(b *testing.B, input *bids) *duck {
	db, err := sql.Open("duckdb", "")
	check(b, err)
	conn, err := db.Conn(context.Background())
	check(b, err)
	b.Cleanup(func() { conn.Close(); db.Close() })
	d := &duck{conn}
	d.exec(b, "SET TimeZone = 'UTC'; SET threads = 1; "+duckstore.WindowMacros())
	check(b, conn.Raw(func(raw any) error {
		a, err := duckdb.NewArrowFromConn(raw.(driver.Conn))
		check(b, err)
		rows, err := array.NewRecordReader(types.Schema(input.columns), input.batches)
		check(b, err)
		defer rows.Release()
		release, err := a.RegisterView(rows, "bids")
		check(b, err)
		defer release()
		made, err := a.QueryContext(context.Background(), "CREATE TABLE bid AS SELECT * FROM bids")
		check(b, err)
		made.Release()
		return nil
	}))
	return d
}

func (d *duck) exec(b *testing.B, text string) {
	b.Helper()
	_, err := d.conn.ExecContext(context.Background(), text)
	check(b, err)
}

// count is how many rows a query has.
func (d *duck) count(b *testing.B, text string) (rows int64) {
	b.Helper()
	check(b, d.conn.QueryRowContext(context.Background(), "SELECT count(*) FROM ("+text+")").Scan(&rows))
	return rows
}
