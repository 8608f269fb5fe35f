package alerting

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Incident identifies what an instance goes through from pending to resolved. It is a function of what was computed, so that the same
// events give the same identity on any number of workers, and after a crash. Serial tells incidents apart that begin at one event time, or
// at none.
func Incident(alert, instance string, since, serial int64) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d\x00%d", alert, instance, since, serial))
	return hex.EncodeToString(sum[:8])
}

// Key is the idempotency key of one transition: what a receiver knows by which it has seen it.
func Key(incident string, state State, reminder int32) string {
	key := incident + "-" + string(state)
	if reminder > 0 {
		key += fmt.Sprintf("-%d", reminder)
	}
	return key
}
