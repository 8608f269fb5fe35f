package engine

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/weirdb/weir/engine/types"
)

// Option declares one key of a WITH list. Validation, help, and the pages in docs/ come from these declarations.
type Option struct {
	Name     string
	Doc      string   // one sentence
	Default  string   // empty if there is none
	Allowed  []string // the only values, if not empty
	Kind     Kind     // what the value must parse as
	Required bool
	Secret   bool // never shown again once given
}

// Kind says what an option's value must parse as.
type Kind uint8

// The kinds of option value.
const (
	Text     Kind = iota
	Integer       // a whole number
	Number        // a decimal number
	Boolean       // true or false
	Duration      // '10 seconds', '1 minute', '500 ms', or Go's 1m30s
	Limit         // a duration that is not negative, or none, which is the same as 0
	ByteSize      // a number of bytes above 0, such as '1 GB' or '64 MiB', or none, which is the same as 0
)

// NoLimit is the value of an option of kind Limit or ByteSize that turns it off.
const NoLimit = "none"

// Options are a WITH list that passed Validate: defaults filled in, environment variables expanded.
type Options map[string]string

// Int returns a whole number; 0 if the option is not set.
func (o Options) Int(name string) int64 {
	n, _ := strconv.ParseInt(o[name], 10, 64) // Validate has parsed it
	return n
}

// Float returns a number; 0 if the option is not set.
func (o Options) Float(name string) float64 {
	f, _ := strconv.ParseFloat(o[name], 64) // Validate has parsed it
	return f
}

// Bool returns a truth value; false if the option is not set.
func (o Options) Bool(name string) bool { return strings.EqualFold(o[name], "true") }

// Duration returns a span of time; 0 if the option is not set, or is none.
func (o Options) Duration(name string) time.Duration {
	d, _ := ParseDuration(o[name]) // Validate has parsed it
	return d
}

// Bytes returns a size; 0 if the option is not set, or is none.
func (o Options) Bytes(name string) int64 {
	n, _ := humanize.ParseBytes(o[name]) // Validate has parsed it
	return int64(n)
}

// Validate checks a WITH list against the declared options, and returns it with defaults filled in.
func Validate(given map[string]string, declared []Option) (Options, error) {
	names := optionNames(declared)
	for _, name := range slices.Sorted(maps.Keys(given)) { // first, because it may be what is missing, with another name
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("unknown option %s%s; allowed are %s", name, Meant(name, names), strings.Join(names, ", "))
		}
	}
	out := Options{}
	for _, d := range declared {
		value, ok := given[d.Name]
		if !ok && d.Required {
			return nil, fmt.Errorf("option %s is missing: %s", d.Name, d.Doc)
		}
		if !ok {
			value = d.Default
		}
		if value == "" && !ok {
			continue
		}
		if err := d.check(value); err != nil {
			return nil, err
		}
		out[d.Name] = value
	}
	return out, nil
}

// optionNames are the names of options, in their order in the alphabet.
func optionNames(declared []Option) []string {
	names := make([]string, len(declared))
	for i, d := range declared {
		names[i] = d.Name
	}
	slices.Sort(names)
	return names
}

func (d *Option) check(value string) error {
	if len(d.Allowed) > 0 && !slices.Contains(d.Allowed, value) {
		return fmt.Errorf("option %s = '%s': allowed are '%s'", d.Name, value, strings.Join(d.Allowed, "', '"))
	}
	var err error
	want := ""
	switch d.Kind {
	case Integer:
		_, err = strconv.ParseInt(value, 10, 64)
		want = "a whole number"
	case Number:
		_, err = strconv.ParseFloat(value, 64)
		want = "a number"
	case Boolean:
		if !strings.EqualFold(value, "true") && !strings.EqualFold(value, "false") {
			err = strconv.ErrSyntax
		}
		want = "true or false"
	case Duration:
		_, err = ParseDuration(value)
		want = "a duration such as '10 seconds' or '500 ms'"
	case Limit:
		var limit time.Duration
		if value != NoLimit {
			limit, err = ParseDuration(value)
		}
		if err == nil && limit < 0 {
			err = strconv.ErrRange
		}
		want = "a duration such as '10 minutes', or 'none'"
	case ByteSize:
		size := uint64(1)
		if value != NoLimit {
			size, err = humanize.ParseBytes(value)
		}
		if err == nil && (size == 0 || size > math.MaxInt64) {
			err = strconv.ErrRange
		}
		want = "a number of bytes such as '1 GB' or '64 MiB', or 'none'"
	}
	if err != nil {
		return fmt.Errorf("option %s = '%s': want %s", d.Name, value, want)
	}
	return nil
}

// durationUnits are the words that ParseDuration knows, in the singular.
var durationUnits = map[string]time.Duration{
	"microsecond": time.Microsecond, "us": time.Microsecond, "millisecond": time.Millisecond, "ms": time.Millisecond,
	"second": time.Second, "sec": time.Second, "s": time.Second, "minute": time.Minute, "min": time.Minute,
	"hour": time.Hour, "h": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour,
}

// ParseDuration reads '10 seconds', '1 minute 30 seconds', or Go's own 1m30s.
func ParseDuration(text string) (time.Duration, error) {
	if d, err := time.ParseDuration(strings.TrimSpace(text)); err == nil {
		return d, nil
	}
	words := strings.Fields(text)
	if len(words) == 0 || len(words)%2 != 0 {
		return 0, fmt.Errorf("%q is not a duration", text)
	}
	var total time.Duration
	for i := 0; i < len(words); i += 2 {
		n, err := strconv.ParseFloat(words[i], 64)
		word := strings.ToLower(words[i+1])
		unit, ok := durationUnits[word]
		if !ok {
			unit, ok = durationUnits[strings.TrimSuffix(word, "s")]
		}
		if err != nil || !ok {
			return 0, fmt.Errorf("%q is not a duration", text)
		}
		total += time.Duration(n * float64(unit))
	}
	return total, nil
}

// Connector declares a way to the outside: its name in WITH (connector = …), its options, what it can do.
type Connector struct {
	Name    string
	Doc     string // a paragraph
	Example string // statements that work as they stand
	// Schema is the schema of a source that fixes its own, so that CREATE SOURCE may leave the columns out; nil if the
	// connector has none. The watermark is an expression such as "t - INTERVAL '4 seconds'", for when none is declared.
	Schema func(o Options) (columns []types.Field, eventTime, watermark string, err error)
	// Formats are the values of format = …. The first is the default. Empty if the connector has none.
	Formats []string
	// AnyTime says that the times of a source's events have nothing to do with the clock on the wall, because they are made up, or lie in
	// files from whenever: max_future counts only if it is given.
	AnyTime bool
	// Holds says that its readers are AlignedReaders, so that max_ahead can be asked of its sources.
	Holds bool
	// Metadata are the columns of package engine/metadata that its sources have, beside those that all have.
	Metadata []string
	// Traces says that its sources tell of each record to which trace it belongs, in the headers of Record.Meta.
	Traces bool
	// CarriesTraces says that its sinks write messages that tell to which trace they belong: they get Batch.Traces.
	CarriesTraces bool
	SourceOptions []Option
	SinkOptions   []Option
	// Source configures a source; nil if the connector has none. It does not connect yet.
	Source func(SourceConfig) (Source, error)
	// Sink opens a sink; nil if the connector has none.
	Sink func(SinkConfig) (Sink, error)
	// CheckSink finds mistakes in a CREATE SINK that the options' declarations cannot: options that do not go together, or not with
	// the view. It does not connect. An error that begins with "option NAME" is shown at that option. Nil if there is nothing to check.
	CheckSink func(SinkConfig) error
}

// SourceConfig is what a CREATE SOURCE says.
type SourceConfig struct {
	Name    string
	Format  string // empty if the connector has none
	Columns []types.Field
	Options Options
	Eval    Evaluator // converts texts as DuckDB does, for formats that the connector reads itself
	// Dir is a folder for what the source has to keep, beside the database. It need not be there yet. Empty for a database in memory.
	Dir string
}

// SinkConfig is what a CREATE SINK says.
type SinkConfig struct {
	Name    string
	Format  string
	View    string
	Columns []types.Field
	// Updating says that the view takes rows back; if it does not, all weights are 1.
	Updating bool
	// Alert says that rows are transitions of an alert: they begin with the columns of package engine/alerting.
	Alert bool
	// Labels are what the alert's transitions have as labels, beside its name and severity: the instance columns, and those that it gives.
	Labels  []string
	Options Options
	// Instance tells the databases of different installations apart; empty while the sink is only checked.
	Instance string
}

// FormatSpec declares a record format: its name in WITH (format = …) and how to decode it.
type FormatSpec struct {
	Name    string
	Doc     string
	Options []Option
	// New makes the format. Texts that its own parsers do not understand are converted by eval, as DuckDB does.
	New func(o Options, eval Evaluator) (Format, error)
}
