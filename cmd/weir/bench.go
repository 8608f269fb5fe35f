package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/weirdb/weir/benchmarks"
	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/engine"
)

// helpWidth is where the help page of a benchmark wraps.
const helpWidth = 120

// benchFlags are the flags of every benchmark.
type benchFlags struct {
	json       bool
	cpuProfile string
}

func benchCommand() *cobra.Command { return benchCommandOf(benchmarks.All) }

func benchCommandOf(all []bench.Benchmark) *cobra.Command {
	f := &benchFlags{}
	c := &cobra.Command{
		Use:   "bench [NAME]",
		Short: "Measure Weir, and check its answers",
		Long: `Run a benchmark: it prints one table, with the facts that its figures depend on. Every answer is checked against DuckDB's over the
same events, and a wrong one is an error. Without a name, list the benchmarks.`,
		Example: "  weir bench\n  weir bench nexmark --help",
		Args:    knownBenchmark(all),
		RunE: func(c *cobra.Command, _ []string) error {
			listBenchmarks(c.OutOrStdout(), all)
			return nil
		},
	}
	fs := c.PersistentFlags()
	fs.BoolVar(&f.json, "json", false, "print one JSON object instead of the table")
	cpuProfileFlag(fs, &f.cpuProfile)
	for _, b := range all {
		c.AddCommand(f.command(b))
	}
	return c
}

// knownBenchmark refuses a name that is not one: what cobra passes to the parent is no command of its own.
func knownBenchmark(all []bench.Benchmark) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		var names []string
		for _, b := range all {
			names = append(names, b.Name)
		}
		return fmt.Errorf("there is no benchmark %s; there are %s", args[0], strings.Join(names, ", "))
	}
}

func listBenchmarks(w io.Writer, all []bench.Benchmark) {
	for _, b := range all {
		fmt.Fprintf(w, "%-10s %s\n", b.Name, firstSentence(b.Doc))
	}
}

// command makes a benchmark's command from its declaration.
func (f *benchFlags) command(b bench.Benchmark) *cobra.Command {
	c := &cobra.Command{
		Use:     benchUse(b),
		Short:   firstSentence(b.Doc),
		Long:    text.WrapSoft(b.Doc, helpWidth),
		Example: "  " + strings.ReplaceAll(strings.TrimSpace(b.Example), "\n", "\n  "),
		Args:    cobra.NoArgs,
	}
	if b.Argument != "" {
		c.Args = cobra.MaximumNArgs(1)
	}
	for _, o := range b.Options {
		addOption(c.Flags(), o)
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) > 0 {
			if err := c.Flags().Set(flagName(engine.Option{Name: b.Argument}), args[0]); err != nil {
				return err
			}
		}
		options, err := givenOptions(c.Flags(), b.Options)
		if err != nil {
			return err
		}
		var report *bench.Report
		err = profiled(f.cpuProfile, func() (err error) {
			report, err = b.Run(c.Context(), options, c.ErrOrStderr())
			return err
		})
		if err != nil {
			return fmt.Errorf("bench %s: %w", b.Name, err)
		}
		report.Facts = append(bench.Facts(version), report.Facts...)
		if f.json {
			return report.PrintJSON(c.OutOrStdout())
		}
		return report.Print(c.OutOrStdout())
	}
	return c
}

// benchUse is a benchmark's command line.
func benchUse(b bench.Benchmark) string {
	if b.Argument != "" {
		return b.Name + " " + strings.ToUpper(b.Argument) + " [flags]"
	}
	return b.Name + " [flags]"
}

// addOption makes a flag of an option: commit_interval becomes --commit-interval.
func addOption(fs *pflag.FlagSet, o engine.Option) {
	usage := o.Doc
	if len(o.Allowed) > 0 {
		usage += " One of " + strings.Join(o.Allowed, ", ") + "."
	}
	if o.Required {
		usage += " Required."
	}
	if o.Kind == engine.Boolean {
		fs.Bool(flagName(o), strings.EqualFold(o.Default, "true"), usage)
		return
	}
	fs.Var(&optionValue{given: o.Default, kind: o.Kind}, flagName(o), usage)
}

func flagName(o engine.Option) string { return strings.ReplaceAll(o.Name, "_", "-") }

// optionValue is an option's text as a flag; engine.Validate checks it.
type optionValue struct {
	given string
	kind  engine.Kind
}

func (v *optionValue) String() string { return v.given }

// Set implements pflag.Value.
func (v *optionValue) Set(given string) error {
	v.given = given
	return nil
}

// Type is what help shows as the value.
func (v *optionValue) Type() string {
	switch v.kind {
	case engine.Integer, engine.Number:
		return "N"
	case engine.Duration:
		return "TIME"
	}
	return "TEXT"
}

// givenOptions are the flags that were given, checked, and the defaults of the others.
func givenOptions(fs *pflag.FlagSet, declared []engine.Option) (engine.Options, error) {
	given := map[string]string{}
	for _, o := range declared {
		if f := fs.Lookup(flagName(o)); f.Changed {
			given[o.Name] = f.Value.String()
		}
	}
	return engine.Validate(given, declared)
}
