package kafka

import "time"

// What is fetched ahead is bounded: at most three answers of each lane lie in memory, each of at most largestAnswer as sent, and at
// least one batch.
const (
	smallestAnswer = 512 << 10
	largestAnswer  = 8 << 20
	smallestPart   = 128 << 10
	largestPart    = 1 << 20
)

// readingRate is about how many bytes a core takes off a connection in a second.
const readingRate = 1 << 30

// appetite is how much to ask a broker for at once, in bytes: of all partitions, and of each one. An answer that is small is decoded out
// of the processor's cache, and the broker fills the next one meanwhile; reading a topic of JSON on two cores took a fifth less with
// 512 kB than with 4 MB. An answer must however be large enough that the trip to a broker that is far away does not take longer than
// reading it does.
//
//	trip       512 kB          1 MB/ms             8 MB
//	  0 ├──────────────┼──────────────────────┼──────────── …
//	                0.5 ms                  8 ms
func appetite(trip time.Duration, partitions int) (answer, part int32) {
	size := min(max(trip.Microseconds()*readingRate/time.Second.Microseconds(), smallestAnswer), largestAnswer)
	return int32(size), int32(min(max(size/int64(max(partitions, 1)), smallestPart), largestPart))
}
