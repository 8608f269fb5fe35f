package detector

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write the methods into docs/anomaly.md anew")

const (
	pagePath  = "../../docs/anomaly.md"
	pageBegin = "<!-- methods: written by go test ./operators/detector -run TestPage -rewrite -->\n"
	pageEnd   = "<!-- end of methods -->\n"
)

// TestPage keeps the methods in docs/anomaly.md equal to the declarations. Run with -rewrite after changing one.
func TestPage(t *testing.T) {
	text, err := os.ReadFile(pagePath)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), pageBegin)
	_, tail, closed := strings.Cut(rest, pageEnd)
	if !ok || !closed {
		t.Fatalf("%s has not both of %s%s", pagePath, pageBegin, pageEnd)
	}
	want := head + pageBegin + page() + pageEnd + tail
	if want == string(text) {
		return
	}
	if !*rewrite {
		t.Fatal("docs/anomaly.md is not what the methods declare: run go test ./operators/detector -run TestPage -rewrite")
	}
	if err := os.WriteFile(pagePath, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// page is the section of each method, behind the options that all of them have.
func page() string {
	var b strings.Builder
	all := Methods()
	shared := len(common(0, 0))
	b.WriteString("Every method has these options:\n\n")
	writeOptions(&b, all[0].Options[len(all[0].Options)-shared:], true)
	for i := range all {
		m := &all[i]
		own := m.Options[:len(m.Options)-shared]
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n", m.Name, m.Doc)
		fmt.Fprintf(&b, "- Formula: %s\n- After: %s\n- State of a key: %s\n- Columns: %s\n- Defaults: %s\n", m.Formula, m.Paper, m.State, columnsOf(m), defaultsOf(m))
		fmt.Fprintf(&b, "\n```sql\n%s;\n```\n", m.Example)
		if len(own) > 0 {
			b.WriteString("\n")
			writeOptions(&b, own, false)
		}
	}
	return b.String()
}

func columnsOf(m *Method) string {
	if m.Columns == 0 {
		return "one or several"
	}
	return fmt.Sprint(m.Columns)
}

// defaultsOf are the defaults of the options that all methods have.
func defaultsOf(m *Method) string {
	var out []string
	for i := range m.Options[len(m.Options)-len(common(0, 0)):] {
		o := &m.Options[len(m.Options)-len(common(0, 0))+i]
		out = append(out, o.Name+" := "+o.DefaultText())
	}
	return "`" + strings.Join(out, ", ") + "`"
}

// writeOptions writes a table. The options of all methods have no default in common.
func writeOptions(b *strings.Builder, options []Option, shared bool) {
	if shared {
		b.WriteString("|option|type|what|\n|-|-|-|\n")
	} else {
		b.WriteString("|option|type|default|what|\n|-|-|-|-|\n")
	}
	for i := range options {
		o := &options[i]
		fmt.Fprintf(b, "|`%s`|%s|", o.Name, typeOf(o))
		if !shared {
			fmt.Fprintf(b, "%s|", o.DefaultText())
		}
		fmt.Fprintf(b, "%s|\n", o.Doc)
	}
}

func typeOf(o *Option) string {
	switch o.Type {
	case Text:
		return "one of " + strings.Join(o.Allowed, ", ")
	case Interval:
		return "interval"
	}
	return fmt.Sprintf("%s, %v to %v", o.Type, o.Min, o.Max)
}
