package pgwire

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/jackc/pgx/v5/pgconn"
)

// TestQuestionsOfClients asks what clients ask about the catalogs, as they ask it: testdata/questions has a file for each client. Run it with
// -rewrite to write what is answered.
func TestQuestionsOfClients(t *testing.T) {
	address, _ := testServer(t, Options{})
	conn := dial(t, address, "").PgConn()
	datadriven.Walk(t, "testdata/questions", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			results, err := conn.Exec(context.Background(), d.Input).ReadAll()
			if err != nil {
				t.Errorf("%s: %v", d.Pos, err)
				return "error: " + err.Error() + "\n"
			}
			text := printResults(results)
			if d.Cmd == "ask-sorted" { // the question does not say in which order
				lines := strings.SplitAfter(text, "\n")
				slices.Sort(lines)
				text = strings.Join(lines, "")
			}
			return text
		})
	})
}

// printResults prints results as lines, with | between values. Oids of relations differ from one database to the next: they are not printed.
func printResults(results []*pgconn.Result) string {
	var out strings.Builder
	for _, r := range results {
		for _, row := range r.Rows {
			for i, value := range row {
				text := string(value)
				switch {
				case value == nil:
					text = "NULL"
				case strings.HasSuffix(r.FieldDescriptions[i].Name, "oid"):
					text = "…"
				}
				if i > 0 {
					out.WriteString(" | ")
				}
				out.WriteString(text)
			}
			out.WriteString("\n")
		}
	}
	return out.String()
}

func TestTranslation(t *testing.T) {
	c := &connection{settings: newSettings(), number: 7}
	datadriven.RunTest(t, "testdata/translation", func(_ *testing.T, d *datadriven.TestData) string {
		sql, _ := c.translate(d.Input)
		return sql + "\n"
	})
}
