package generated

import (
	"testing"
	"time"
)

func TestParseStart(t *testing.T) {
	want := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	for _, text := range []string{"2026-01-02", "2026-01-02 00:00:00", " 2026-01-02 ", "2026-01-02T00:00:00Z", "2026-01-02T02:00:00+02:00"} {
		if got, ok := ParseStart(text); !ok || got != want {
			t.Errorf("%q: %v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", StartNow, "yesterday", "2026-13-01", "01/02/2026"} {
		if got, ok := ParseStart(text); ok {
			t.Errorf("%q: %v", text, got)
		}
	}
}
