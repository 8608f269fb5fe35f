package main

import (
	"fmt"
	"math"
	"time"

	"github.com/spf13/pflag"
)

// queryLimits bound what one statement of a client may take, whatever it speaks.
type queryLimits struct {
	timeout time.Duration
	rows    int
}

func (l *queryLimits) add(fs *pflag.FlagSet) {
	fs.DurationVar(&l.timeout, "query-timeout", 0, "how long one statement of a client may take, with sending its rows, such as 30s; 0 for any time")
	fs.IntVar(&l.rows, "query-max-rows", 1_000_000, "rows that one statement of a client may answer: more fail over the PostgreSQL protocol and Flight SQL, and are cut, which the answer says, over HTTP; 0 for any number")
}

func (l *queryLimits) check() error {
	if l.timeout < 0 || l.rows < 0 {
		return fmt.Errorf("--query-timeout %s, --query-max-rows %d: want 0 or more", l.timeout, l.rows)
	}
	return nil
}

// any is the number of rows, negative for any.
func (l *queryLimits) any() int {
	if l.rows == 0 {
		return -1
	}
	return l.rows
}

// most is the number of rows, or one that no result has.
func (l *queryLimits) most() int {
	if l.rows == 0 {
		return math.MaxInt32
	}
	return l.rows
}
