package main

import (
	"fmt"
	"time"
)

// timeLayouts are how --from may be written.
var timeLayouts = []string{"2006-01-02", "2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05", time.RFC3339}

// fromFlag is a moment, in UTC if it says nothing else.
type fromFlag struct{ at *time.Time }

func (f fromFlag) String() string {
	if f.at == nil || f.at.IsZero() {
		return ""
	}
	return f.at.Format(time.RFC3339)
}

// Set implements pflag.Value.
func (f fromFlag) Set(text string) error {
	for _, layout := range timeLayouts {
		if at, err := time.Parse(layout, text); err == nil {
			*f.at = at
			return nil
		}
	}
	return fmt.Errorf("want a time such as '2026-01-01', '2026-01-01 15:04' or '2026-01-01T15:04:05+02:00'; without an offset it is in UTC")
}

// Type is what help shows as the value.
func (f fromFlag) Type() string { return "TIME" }
