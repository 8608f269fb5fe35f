package serve

import (
	"errors"
	"fmt"
	"time"
)

// span is how much of the time before now a panel shows.
const span = time.Minute

// kind is what a panel shows: a statement, and what its answer must be like.
type kind struct {
	name  string
	sql   string // %s is the beginning of the panel's range
	right func(t *told, asked moment, a *answer) error
}

// kinds are shared out among the panels in turns.
var kinds = []kind{
	{"bids a second", "SELECT window_start AS time, bids, top FROM per_second WHERE window_start >= TIMESTAMP '%s' ORDER BY 1", windowsOnce},
	{"bids by channel", "SELECT window_start AS time, channel, bids FROM per_channel WHERE window_start >= TIMESTAMP '%s' ORDER BY 1, 2", someRows},
	{"hottest auctions", "SELECT window_start AS time, auction, bids FROM hottest WHERE window_start >= TIMESTAMP '%s' ORDER BY 1 DESC, bids DESC LIMIT 50", someRows},
	{"total", "SELECT bids, spent, TIMESTAMP '%s' AS since FROM total", totalGrows},
	{"dear bids", "SELECT date_time AS time, auction, price FROM dear WHERE date_time >= TIMESTAMP '%s' ORDER BY 1 DESC LIMIT 100", pricesAreDear},
}

// text is the statement at a moment.
func (k kind) text(now time.Time) string {
	return fmt.Sprintf(k.sql, now.Add(-span).UTC().Format("2006-01-02 15:04:05.000000"))
}

// windowsOnce wants each window to have the number of bids that it had in every other answer.
func windowsOnce(t *told, asked moment, a *answer) error {
	for i, start := range a.ints["time"] {
		if err := t.window(start, a.ints["bids"][i]); err != nil {
			return err
		}
	}
	return someRows(t, asked, a)
}

func someRows(_ *told, _ moment, a *answer) error {
	if a.rows == 0 {
		return errors.New("no rows")
	}
	return nil
}

// totalGrows wants one row, with a total that is none from before the question.
func totalGrows(t *told, asked moment, a *answer) error {
	if a.rows != 1 {
		return fmt.Errorf("%d rows, want 1", a.rows)
	}
	bids := a.ints["bids"][0]
	if bids < asked.total {
		return fmt.Errorf("a total of %d, after one of %d", bids, asked.total)
	}
	t.totalled(bids)
	return nil
}

func pricesAreDear(_ *told, _ moment, a *answer) error {
	for _, price := range a.ints["price"] {
		if price <= dear {
			return fmt.Errorf("a price of %d, want more than %d", price, dear)
		}
	}
	return nil
}
