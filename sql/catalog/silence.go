package catalog

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
	"github.com/weirdb/weir/sql/parse"
)

// Silences are kept as statements among the definitions, of kind parse.Silence, as pauses are:
//
//	SILENCE   slow 1   ALTER ALERT "slow" SILENCE UNTIL '2026-01-31 18:00:00' WHERE instance = 'host=a'
//
// They go with UNSILENCE, with their alert, and, once they are over, when the alert is silenced again.

// Silence says that transitions of an alert are not sent for a while. They are kept as ever.
type Silence struct {
	Alert string
	Until time.Time
	Where string // a condition on the alert's columns; empty for all
	name  string // among the definitions
}

// silenceLayout is how the end of a silence is written.
const silenceLayout = "2006-01-02 15:04:05"

func (s *Silence) statement() string {
	text := fmt.Sprintf("ALTER ALERT %s SILENCE UNTIL %s", types.QuoteIdent(s.Alert), types.QuoteString(s.Until.UTC().Format(silenceLayout)))
	if s.Where != "" {
		text += " WHERE " + s.Where
	}
	return text
}

// Silences are those of an alert that are not over.
func (c *Catalog) Silences(alert string) []Silence {
	now := c.config.Now()
	var out []Silence
	for _, s := range c.silences {
		if strings.EqualFold(s.Alert, alert) && s.Until.After(now) {
			out = append(out, s)
		}
	}
	return out
}

// alterSilence begins a silence, or ends all of an alert.
func (c *Catalog) alterSilence(text string, s parse.Alter) error {
	v := c.View(s.Name)
	if s.Silence.End {
		c.unsilence(v.Name)
		return nil
	}
	until, err := c.silenceEnd(text, s.Silence)
	if err != nil {
		return err
	}
	made := Silence{Alert: v.Name, Until: until, Where: s.Silence.Where.Of(text)}
	if made.Where != "" {
		if err := c.config.Planner.CheckCondition(v.Columns, made.Where); err != nil {
			return parse.Errorf(text, s.Silence.Where.Start, "condition on alert %s: %s", v.Name, err)
		}
	}
	c.dropSilences(func(x *Silence) bool { return strings.EqualFold(x.Alert, v.Name) && !x.Until.After(c.config.Now()) })
	made.name = c.silenceName(v.Name)
	c.silences = append(c.silences, made)
	c.changes = append(c.changes, Change{Kind: parse.Silence, Name: made.name, Text: made.statement(), Silence: &made})
	return nil
}

func (c *Catalog) silenceEnd(text string, s *parse.AlterSilence) (time.Time, error) {
	if s.For != "" {
		d, err := engine.ParseDuration(s.For)
		if err != nil || d <= 0 {
			return time.Time{}, parse.Errorf(text, s.Pos, "SILENCE FOR '%s': want a duration such as '2 hours'", s.For)
		}
		return c.config.Now().Add(d).Round(time.Second), nil
	}
	for _, layout := range backfillLayouts {
		if at, err := time.Parse(layout, s.Until); err == nil {
			return at, nil
		}
	}
	return time.Time{}, parse.Errorf(text, s.Pos, "SILENCE UNTIL '%s': want a time such as '2026-01-31 18:00', in UTC if it has no offset", s.Until)
}

// silenceName is a name that no silence of the alert has.
func (c *Catalog) silenceName(alert string) string {
	for n := 1; ; n++ {
		name := fmt.Sprintf("%s %d", alert, n)
		if !slices.ContainsFunc(c.silences, func(s Silence) bool { return s.name == name }) {
			return name
		}
	}
}

// unsilence ends all silences of an alert.
func (c *Catalog) unsilence(alert string) {
	c.dropSilences(func(s *Silence) bool { return strings.EqualFold(s.Alert, alert) })
}

func (c *Catalog) dropSilences(gone func(*Silence) bool) {
	c.silences = slices.DeleteFunc(slices.Clone(c.silences), func(s Silence) bool {
		if gone(&s) {
			c.changes = append(c.changes, Change{Kind: parse.Silence, Name: s.name})
			return true
		}
		return false
	})
}
