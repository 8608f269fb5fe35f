package detector

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weirdb/weir/engine"
)

// Method is a way of detecting, declared once, in Methods.
type Method struct {
	Name    string // anomaly_<name> in SQL
	Doc     string // what it finds, and when to take it; the first sentence stands in lists
	Formula string
	Paper   string
	State   string // bytes a key, with the default options
	Example string // a SELECT
	Options []Option
	Columns int // the most columns it takes; 0 for any number
	// New reads the settings, which Compile has checked, once, and returns what makes the detector of each key.
	New func(columns int, s Settings) func() Detector
}

// Find returns the method of a name. The error of an unknown one lists the names.
func Find(name string) (*Method, error) {
	all := Methods()
	names := make([]string, len(all))
	for i := range all {
		if names[i] = all[i].Name; names[i] == name {
			return &all[i], nil
		}
	}
	return nil, fmt.Errorf("there is no detector '%s'%s; there are %s", name, engine.Meant(name, names), strings.Join(names, ", "))
}

// Option is a setting of a method.
type Option struct {
	Name     string
	Doc      string // one sentence
	Type     Type
	Default  any      // float64, string or time.Duration; nil if the method finds it by itself
	Min, Max float64  // of a number, both included; of an interval, in seconds
	Allowed  []string // the only texts, if not empty
}

// Type is the type of an option's value.
type Type uint8

// The types of option.
const (
	Number   Type = iota
	Whole         // a number without a fraction
	Text          // a string
	Interval      // a span of time
)

func (t Type) String() string {
	return [...]string{"number", "whole number", "text", "interval"}[t]
}

// DefaultText is the default as it is written in SQL; empty if the method finds it by itself.
func (o *Option) DefaultText() string {
	switch v := o.Default.(type) {
	case nil:
		return ""
	case string:
		return "'" + v + "'"
	case time.Duration:
		return "'" + v.String() + "'"
	default:
		return fmt.Sprint(v)
	}
}

// Settings are the options of a detector, checked, with the defaults in place.
type Settings map[string]any

// Number is the value of a number; 0 if the method is to find it.
func (s Settings) Number(name string) float64 {
	v, _ := s[name].(float64)
	return v
}

// Rows is the value of a whole number.
func (s Settings) Rows(name string) int { return int(s.Number(name)) }

// Text is the value of a text.
func (s Settings) Text(name string) string {
	v, _ := s[name].(string)
	return v
}

// Interval is the value of a span of time; 0 if the method is to find it.
func (s Settings) Interval(name string) time.Duration {
	v, _ := s[name].(time.Duration)
	return v
}

// optionNames are the names of options, in their order in the alphabet.
func optionNames(options []Option) []string {
	names := make([]string, len(options))
	for i := range options {
		names[i] = options[i].Name
	}
	slices.Sort(names)
	return names
}
