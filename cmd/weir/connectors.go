package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/weirdb/weir/connectors"
	"github.com/weirdb/weir/connectors/format"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/metadata"
	"github.com/weirdb/weir/sql/catalog"
)

func connectorsCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "connectors [NAME]",
		Short:   "List connectors and their options",
		Long:    "List the connectors that CREATE SOURCE and CREATE SINK may name, or one of them with its options and an example.",
		Example: "  weir connectors\n  weir connectors kafka",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				listConnectors(c.OutOrStdout())
				return nil
			}
			return describeConnector(c.OutOrStdout(), args[0])
		},
	}
}

func listConnectors(w io.Writer) {
	for _, x := range connectors.All {
		fmt.Fprintf(w, "%-12s %s\n", x.Name, firstSentence(x.Doc))
	}
}

func firstSentence(doc string) string {
	first, _, _ := strings.Cut(doc, ". ")
	return strings.TrimSuffix(first, ".") + "."
}

func describeConnector(w io.Writer, name string) error {
	var names []string
	for _, x := range connectors.All {
		if x.Name == name {
			fmt.Fprint(w, connectorPage(x))
			return nil
		}
		names = append(names, x.Name)
	}
	return fmt.Errorf("there is no connector %s; there are %s", name, strings.Join(names, ", "))
}

// connectorPage describes a connector as docs/connectors.md does.
func connectorPage(x engine.Connector) string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n%s\n\n", x.Name, strings.TrimSpace(x.Doc))
	if len(x.Formats) > 0 {
		fmt.Fprintf(&b, "Formats: `%s`.\n\n", strings.Join(x.Formats, "`, `"))
	}
	fmt.Fprintf(&b, "```sql\n%s\n```\n\n", strings.TrimSpace(x.Example))
	if x.Source != nil {
		fmt.Fprintf(&b, "Columns of metadata: `%s`.\n\n", strings.Join(metadata.Names(x.Metadata), "`, `"))
		if x.Holds {
			b.WriteString("Partitions can wait for each other: see `max_ahead`.\n\n")
		}
		writeOptions(&b, "As a source", x.SourceOptions)
	}
	if x.Sink != nil {
		writeOptions(&b, "As a sink", x.SinkOptions)
	}
	return b.String()
}

func writeOptions(b *strings.Builder, title string, options []engine.Option) {
	if len(options) == 0 {
		fmt.Fprintf(b, "%s: no options of its own.\n\n", title)
		return
	}
	fmt.Fprintf(b, "%s:\n\n| option | default | meaning |\n|-|-|-|\n", title)
	for _, o := range options {
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", o.Name, defaultText(o), meaning(o))
	}
	b.WriteString("\n")
}

func writeMetadata(b *strings.Builder) {
	b.WriteString("Columns that a source has by declaring them, of what is known of its records; each connector says which it has:\n\n")
	b.WriteString("| column | type | meaning |\n|-|-|-|\n")
	for _, c := range metadata.All {
		if c.Hidden {
			continue
		}
		allowed := make([]string, len(c.Types))
		for i, t := range c.Types {
			allowed[i] = "`" + t.String() + "`"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", c.Name, strings.Join(allowed, " or "), c.Doc)
	}
	b.WriteString("\n")
}

func defaultText(o engine.Option) string {
	switch {
	case o.Required:
		return "required"
	case o.Default == "":
		return ""
	}
	return "`" + o.Default + "`"
}

func meaning(o engine.Option) string {
	text := strings.ReplaceAll(o.Doc, "|", "\\|")
	if len(o.Allowed) > 0 {
		text += " One of `" + strings.Join(o.Allowed, "`, `") + "`."
	}
	return text
}

// connectorsDoc is docs/connectors.md as it must be.
func connectorsDoc() string {
	var b strings.Builder
	b.WriteString("# Connectors\n\nEach is named in `WITH (connector = '…')`. `weir connectors NAME` prints the same.\n\n")
	b.WriteString("Option values may read the environment: `password = '${KAFKA_PASSWORD}'`.\n\n")
	writeOptions(&b, "Options of every source", catalog.SourceOptions)
	writeMetadata(&b)
	writeOptions(&b, "Options of every view", catalog.ViewOptions)
	writeOptions(&b, "Options of every sink", catalog.SinkOptions)
	writeOptions(&b, "Options of every alert, beside those of the sink that it names, and emit, allowed_lateness, state_ttl and backfill of views", catalog.AlertOptions)
	for _, x := range connectors.All {
		b.WriteString(connectorPage(x))
	}
	b.WriteString("# Formats\n\n")
	for _, f := range format.All {
		fmt.Fprintf(&b, "## %s\n\n%s\n\n", f.Name, strings.TrimSpace(f.Doc))
		writeOptions(&b, "Options", f.Options)
	}
	return b.String()
}
