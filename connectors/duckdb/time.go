package duckdb

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/weirdb/weir/engine"
)

// infinity is how DuckDB stores TIMESTAMP 'infinity'. -infinity is its negative, one more than the smallest integer.
const infinity = math.MaxInt64

// timestamp turns engine time into a TIMESTAMP: the ends of time become DuckDB's infinities.
func timestamp(t engine.Time) arrow.Timestamp {
	if t == engine.MinTime {
		return -infinity
	}
	return arrow.Timestamp(t)
}

// engineTime is the inverse of timestamp.
func engineTime(micros int64) engine.Time {
	if micros == -infinity {
		return engine.MinTime
	}
	return engine.Time(micros)
}
