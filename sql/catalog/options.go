package catalog

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/sql/parse"
)

// Options about event time. The default of max_future depends on the connector.
const (
	maxFuture    = "max_future"
	maxAhead     = "max_ahead"
	uniqueKey    = "unique_key"
	uniqueWithin = "unique_within"
)

// maxOutbox is the option that bounds what waits for a sink.
const maxOutbox = "max_outbox"

// Options that the engine itself understands.
var (
	// SourceOptions go with any source's connector.
	SourceOptions = []engine.Option{
		{Name: "connector", Doc: "The system to read from.", Required: true},
		{Name: "format", Doc: "How records are encoded; the connector says which formats it has."},
		{Name: "idle_timeout", Kind: engine.Duration, Default: "1 minute",
			Doc: "How long a partition in which nothing waits may be silent before windows close without it; '0 seconds' for never."},
		{Name: maxFuture, Kind: engine.Limit, Default: "1 hour",
			Doc: "How far an event time may lie ahead of the clock, such as '10 minutes'. An event beyond that goes to the dead letters and moves no watermark, so that one wrong clock does not close every window; 'none' for any time, which is the default where events are generated or lie in files."},
		{Name: maxAhead, Kind: engine.Limit, Default: "1 hour",
			Doc: "Watermark alignment: how far a partition may run ahead of the slowest one, in event time. One that is farther ahead is not fetched until the others have caught up (max_ahead = '10 minutes'), so that what is read of it does not lie in open windows; 'none' for any distance. Only for connectors whose partitions can wait."},
		{Name: uniqueKey,
			Doc: "Columns, separated by commas, by which an event that is delivered again is known, such as 'event_id' or 'region,id': it counts once, for every view and across restarts. Events in which one of them is NULL all count."},
		{Name: uniqueWithin, Kind: engine.Duration, Default: "1 hour",
			Doc: "With unique_key: how far apart in event time events of one key may be to count once, such as '1 day'. It bounds what is remembered; an event further behind the watermark is late."},
	}
	// ViewOptions are WITH (…) of a view.
	ViewOptions = []engine.Option{
		{Name: "emit", Allowed: []string{engine.EmitClose, engine.EmitChanges},
			Doc: "When rows are written: close, once, when a window closes (the default where a window bounds the query); changes, at each commit."},
		{Name: "allowed_lateness", Kind: engine.Duration,
			Doc: "How long a window that has closed is corrected: once the watermark has passed it, its rows are written, and a late row has them taken back and written anew; what comes later still is in weir.late_rows. Without it, every row behind a closed window is."},
		{Name: "retention", Kind: engine.Duration,
			Doc: "How long rows stay in the view's table: those whose windows or event times the watermark has passed by this are dropped. The view needs a column that grows with event time, such as window_start. Without it, rows are kept for ever."},
		{Name: "state_ttl", Kind: engine.Duration,
			Doc: "How long a row counts: once the watermark has passed its event time by this, it is taken back from the view and from all state, as if the source held newer rows only. Without it, rows count for ever."},
		{Name: "backfill", Doc: "Where the view begins in its sources: earliest, latest, or a time such as '2026-01-01 06:00' (UTC). A view that is " +
			"replaced with it stays, and is kept current, until its successor has caught up and takes its place in one transaction. Without it, a replaced view is empty at first."},
		{Name: titleOption, Doc: "What people call the view, as on dashboards. Title, description and units change nothing of what is computed."},
		{Name: descriptionOption, Doc: "What the view says, for people. COMMENT ON VIEW goes before it."},
		{Name: unitOption, Doc: "The unit of the view's measures, which are its numbers that are no group keys: one of Grafana's, such as short, percentunit, ms, bytes or currencyEUR, or any text."},
		{Name: unitsOption, Doc: "Units of single columns, such as 'revenue: currencyEUR, orders: short'."},
	}
	// SinkOptions go with any sink's connector.
	SinkOptions = []engine.Option{
		{Name: "connector", Doc: "The system to write to.", Required: true},
		{Name: "format", Doc: "How rows are encoded; the connector says which formats it has."},
		{Name: maxOutbox, Kind: engine.ByteSize, Default: "1 GB",
			Doc: "How much may wait on disk for the sink, while it fails, is paused or is slow. Beyond it the view stands still: it reads nothing, and once the sink has taken half of it, the view goes on where it stood; the other views go on meanwhile. weir.dead_letters and weir.late_rows do not stand still: beyond it their sinks read on from them. 'none' for any size."},
	}
)

// sourceOptions are those of any source, with the defaults that they have for a connector.
func sourceOptions(x engine.Connector) []engine.Option {
	out := slices.Clone(SourceOptions)
	for i := range out {
		if x.AnyTime && out[i].Name == maxFuture {
			out[i].Default = engine.NoLimit
		}
	}
	return out
}

var environment = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// expand replaces ${NAME} in option values by environment variables.
func (c *Catalog) expand(text string, with parse.With) (map[string]string, error) {
	out := map[string]string{}
	for name, v := range with {
		var missing string
		out[name] = environment.ReplaceAllStringFunc(v.Text, func(ref string) string {
			value, ok := c.config.Getenv(ref[2 : len(ref)-1])
			if !ok {
				missing = ref
			}
			return value
		})
		if missing != "" {
			return nil, parse.Errorf(text, v.Pos, "option %s: the environment variable in %s is not set", name, missing)
		}
	}
	return out, nil
}

// validate checks options, and points at the one that is wrong.
func validate(text string, with parse.With, given map[string]string, declared []engine.Option) (engine.Options, error) {
	out, err := engine.Validate(given, declared)
	return out, pointAt(text, with, err)
}

// pointAt gives an error the place of the option that it names.
func pointAt(text string, with parse.With, err error) error {
	if err == nil {
		return nil
	}
	names := make([]string, 0, len(with))
	for name := range with {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool { return len(names[i]) > len(names[j]) })
	for _, name := range names {
		if strings.Contains(err.Error(), "option "+name+" ") || strings.Contains(err.Error(), "option "+name+";") {
			return parse.Errorf(text, with[name].Pos, "%s", err)
		}
	}
	return err
}

// connector finds the connector of a source or sink. Called is what the option is called that names it.
func (c *Catalog) connector(text string, with parse.With, called string, can func(engine.Connector) bool) (engine.Connector, error) {
	var names []string
	for _, x := range c.config.Connectors {
		if can(x) {
			names = append(names, x.Name)
		}
	}
	v, ok := with["connector"]
	if !ok {
		return engine.Connector{}, fmt.Errorf("WITH (connector = …) is missing; allowed are '%s'", strings.Join(names, "', '"))
	}
	for _, x := range c.config.Connectors {
		if x.Name == v.Text && can(x) {
			return x, nil
		}
	}
	return engine.Connector{}, parse.Errorf(text, v.Pos, "%s = '%s': allowed are '%s'", called, v.Text, strings.Join(names, "', '"))
}

// format settles the format, and returns the options that it declares.
func (c *Catalog) format(text string, with parse.With, x engine.Connector) (string, *engine.FormatSpec, error) {
	v, given := with["format"]
	name := v.Text
	switch {
	case len(x.Formats) == 0 && given:
		return "", nil, parse.Errorf(text, v.Pos, "connector %s has no format to choose", x.Name)
	case len(x.Formats) == 0:
		return "", nil, nil
	case !given:
		name = x.Formats[0]
	case !slices.Contains(x.Formats, name):
		return "", nil, parse.Errorf(text, v.Pos, "format = '%s': connector %s has '%s'", name, x.Name, strings.Join(x.Formats, "', '"))
	}
	for i := range c.config.Formats {
		if c.config.Formats[i].Name == name {
			return name, &c.config.Formats[i], nil
		}
	}
	return name, nil, nil // the connector reads or writes the format itself
}
