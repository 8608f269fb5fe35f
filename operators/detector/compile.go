package detector

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/weirdb/weir/engine"
)

// Compile checks the options of a method, and returns a factory that makes one detector a key. Numbers may be of any of Go's kinds; an
// interval is a time.Duration, or a text such as '1 day'. The error of a mistake says what is allowed.
func Compile(method string, columns int, options map[string]any) (func() Detector, error) {
	m, err := Find(method)
	if err != nil {
		return nil, err
	}
	if columns < 1 || m.Columns > 0 && columns > m.Columns {
		return nil, fmt.Errorf("detector %s takes %s, not %d; %s take several", method, columnsText(m.Columns), columns, strings.Join(ofSeveral(), " and "))
	}
	s, err := m.settings(options)
	if err != nil {
		return nil, fmt.Errorf("detector %s: %w", method, err)
	}
	return m.New(columns, s), nil
}

// ofSeveral are the methods that take any number of columns.
func ofSeveral() (names []string) {
	for _, m := range Methods() {
		if m.Columns == 0 {
			names = append(names, m.Name)
		}
	}
	return names
}

func columnsText(most int) string {
	if most == 1 {
		return "one column"
	}
	return fmt.Sprintf("1 to %d columns", most)
}

// settings checks options and fills in the defaults.
func (m *Method) settings(given map[string]any) (Settings, error) {
	s := Settings{}
	for i := range m.Options {
		o := &m.Options[i]
		value, ok := given[o.Name]
		if !ok {
			s[o.Name] = o.Default
			continue
		}
		v, err := o.check(value)
		if err != nil {
			return nil, err
		}
		s[o.Name] = v
	}
	names := optionNames(m.Options)
	for name := range given {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("unknown option %s%s; allowed are %s", name, engine.Meant(name, names), strings.Join(names, ", "))
		}
	}
	return s, nil
}

// check returns an option's value as float64, string or time.Duration.
func (o *Option) check(value any) (any, error) {
	switch o.Type {
	case Text:
		text, ok := value.(string)
		if !ok || len(o.Allowed) > 0 && !slices.Contains(o.Allowed, text) {
			return nil, fmt.Errorf("option %s := %s: allowed are '%s'", o.Name, shown(value), strings.Join(o.Allowed, "', '"))
		}
		return text, nil
	case Interval:
		span, ok := asInterval(value)
		if !ok || span.Seconds() < o.Min || span.Seconds() > o.Max {
			return nil, fmt.Errorf("option %s := %s: want an interval from %s to %s, such as '1 day'", o.Name, shown(value), spanText(o.Min), spanText(o.Max))
		}
		return span, nil
	}
	number, ok := asNumber(value)
	if !ok || !(number >= o.Min && number <= o.Max) || o.Type == Whole && number != math.Trunc(number) {
		return nil, fmt.Errorf("option %s := %s: want a %s from %v to %v", o.Name, shown(value), o.Type, o.Min, o.Max)
	}
	return number, nil
}

// shown is a value as it is written in SQL.
func shown(value any) string {
	if text, ok := value.(string); ok {
		return "'" + text + "'"
	}
	return fmt.Sprint(value)
}

func spanText(seconds float64) string {
	const day = 24 * 60 * 60
	if seconds >= day && math.Mod(seconds, day) == 0 {
		return fmt.Sprintf("%v days", seconds/day)
	}
	return time.Duration(seconds * float64(time.Second)).String()
}

func asInterval(value any) (time.Duration, bool) {
	switch v := value.(type) {
	case time.Duration:
		return v, true
	case string:
		span, err := engine.ParseDuration(v)
		return span, err == nil
	}
	return 0, false
}

func asNumber(value any) (float64, bool) {
	v := reflect.ValueOf(value)
	switch {
	case !v.IsValid():
		return 0, false
	case v.CanInt():
		return float64(v.Int()), true
	case v.CanUint():
		return float64(v.Uint()), true
	case v.CanFloat():
		return v.Float(), true
	}
	return 0, false
}
