package generated

import (
	"strings"
	"time"
)

// StartNow is the value of an option start for streams that begin in the present.
const StartNow = "now"

// ParseStart reads an option start: a date, or a time in UTC. It reports false for all other texts, StartNow among them.
func ParseStart(text string) (time.Time, bool) {
	for _, layout := range []string{time.DateTime, time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, strings.TrimSpace(text)); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
