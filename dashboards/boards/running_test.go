package boards_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/dashboards/boards"
	"github.com/weirdb/weir/dashboards/generate"
)

// shop is a pipeline that has something for every panel.
const shop = `CREATE SOURCE shop WITH (connector = 'shop', rate = 500);
CREATE MATERIALIZED VIEW revenue WITH (title = 'Revenue', unit = 'currencyEUR', units = 'orders: short') AS
SELECT window_start, window_end, payload.country AS country, count(*) AS orders, sum(payload.amount) AS revenue
FROM tumble(shop, "timestamp", INTERVAL '1 second') WHERE eventType = 'order.placed' GROUP BY ALL;
CREATE MATERIALIZED VIEW odd AS
SELECT window_start, payload.country AS country, CAST(count(*) AS DOUBLE) AS value, 1.0 AS lower, 2.0 AS upper, count(*) > 2 AS is_anomaly
FROM tumble(shop, "timestamp", INTERVAL '1 second') WHERE eventType = 'order.placed' GROUP BY ALL;
CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS events, max("timestamp") AS last FROM shop;
CREATE MATERIALIZED VIEW placed AS SELECT "timestamp" AS ts, eventId, payload.amount AS amount FROM shop WHERE eventType = 'order.placed';
CREATE SINK out WITH (connector = 'file', path = '%s') AS FROM revenue;
COMMENT ON COLUMN revenue.revenue IS 'what was paid';`

// running starts a Weir, and waits until there is something to see.
func running(t *testing.T) *node.Node {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	n, err := node.Open(ctx, node.Options{DB: filepath.Join(t.TempDir(), "weir.duckdb"), Workers: 1, Threads: 1, CommitInterval: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Apply(ctx, fmt.Sprintf(shop, filepath.Join(t.TempDir(), "out.ndjson"))); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	const seen = `SELECT CASE WHEN (SELECT count(*) FROM weir.metrics WHERE metric = 'weir_query_rows_in_total' AND value > 0) > 0
		AND (SELECT count(*) FROM odd WHERE is_anomaly) > 0 THEN 'yes' END`
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) {
		if rows, _, err := ask(ctx, n, seen); err == nil && rows[0] == "yes" {
			return n
		}
		if time.Now().After(deadline) {
			t.Fatal("nothing has come in a minute")
		}
	}
}

// ask runs a query, and returns its first column as text, with the types of all.
func ask(ctx context.Context, n *node.Node, sql string) (rows []string, types []string, err error) {
	result, err := n.Query(ctx, sql, server.Limits{MaxRows: 10_000})
	if err != nil {
		return nil, nil, err
	}
	defer result.Close()
	for _, c := range result.Columns {
		types = append(types, c.Type.String())
	}
	for result.Reader.Next() {
		batch := result.Reader.RecordBatch()
		for i := range int(batch.NumRows()) {
			rows = append(rows, text(batch.Column(0), i))
		}
	}
	return rows, types, result.Reader.Err()
}

func text(column arrow.Array, i int) string {
	if s, ok := column.(*array.String); ok {
		return strings.Clone(s.Value(i))
	}
	return column.ValueStr(i)
}

// drawn is what a dashboard asks.
type drawn struct {
	Title      string
	Templating struct {
		List []struct {
			Name, Type string
			Query      json.RawMessage
		}
	}
	Annotations struct{ List []struct{ Target *asked } }
	Panels      []struct {
		Title   string
		Targets []asked
	}
}

type asked struct {
	RawSQL string `json:"rawSql"`
	Format int
	Live   bool
	Expr   string
}

var (
	timeFilter  = regexp.MustCompile(`\$__timeFilter\(("[^"]*"|[a-z_]+)\)`)
	conditional = regexp.MustCompile(`\$__conditionalAll\((.*), \$\w+\)`)
	left        = regexp.MustCompile(`\$_*\w+`)
)

// expand does what the plugin does: macros, then variables, which stand in names, in texts, or as values.
func expand(sql string, values map[string]string, all bool) string {
	condition := "($1)"
	if all {
		condition = "1=1"
	}
	sql = conditional.ReplaceAllString(sql, condition)
	sql = timeFilter.ReplaceAllString(sql, "$1 BETWEEN TIMESTAMP '2000-01-01' AND TIMESTAMP '2100-01-01'")
	var out strings.Builder
	quote := byte(0)
	for i := 0; i < len(sql); i++ {
		switch c := sql[i]; {
		case c == '$':
			name := left.FindString(sql[i:])
			value, known := values[strings.TrimPrefix(name, "$")]
			if !known {
				out.WriteString(name)
			} else if quote == 0 {
				out.WriteString("'" + strings.ReplaceAll(value, "'", "''") + "'")
			} else {
				out.WriteString(strings.ReplaceAll(value, string(quote), string(quote)+string(quote)))
			}
			i += len(name) - 1
			continue
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case c == quote:
			quote = 0
		}
		out.WriteByte(sql[i])
	}
	return out.String()
}

var metricIn = regexp.MustCompile(`WHERE metric IN \('([a-z_]+)'`)

// check runs all that a dashboard asks, as Grafana would when it is opened.
func check(t *testing.T, n *node.Node, dashboard []byte) {
	t.Helper()
	var d drawn
	if err := json.Unmarshal(dashboard, &d); err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for _, v := range d.Templating.List {
		if v.Type != "query" {
			continue
		}
		var q asked
		if err := json.Unmarshal(v.Query, &q); err != nil {
			t.Fatal(err)
		}
		rows, _, err := ask(t.Context(), n, expand(q.RawSQL, values, false))
		if err != nil || len(rows) == 0 {
			t.Fatalf("%s, variable %s: %v, %d values of %s", d.Title, v.Name, err, len(rows), expand(q.RawSQL, values, false))
		}
		values[v.Name] = rows[0]
	}
	for _, a := range d.Annotations.List {
		if a.Target != nil && a.Target.RawSQL != "" {
			checkQuery(t, n, d.Title+", annotations", *a.Target, values)
		}
	}
	for _, p := range d.Panels {
		for _, q := range p.Targets {
			checkQuery(t, n, d.Title+", "+p.Title, q, values)
		}
	}
}

func checkQuery(t *testing.T, n *node.Node, where string, q asked, values map[string]string) {
	t.Helper()
	for _, all := range []bool{false, true} {
		sql := expand(q.RawSQL, values, all)
		rows, types, err := ask(t.Context(), n, sql)
		if err != nil || strings.Contains(sql, "$__") {
			t.Errorf("%s: %v\n%s", where, err, sql)
			return
		}
		if q.Format == 0 && !strings.HasPrefix(types[0], "TIMESTAMP") {
			t.Errorf("%s: its first column is %s\n%s", where, types[0], sql)
		}
		m := metricIn.FindStringSubmatch(sql)
		if m == nil || !all {
			continue
		}
		if had, _, err := ask(t.Context(), n, "SELECT 'x' FROM weir.metrics WHERE metric = '"+m[1]+"' LIMIT 1"); err != nil || len(had) > 0 && len(rows) == 0 {
			t.Errorf("%s: there is %s, and no row: %v\n%s", where, m[1], err, sql)
		}
	}
}

// TestEverySQLRuns: what the committed dashboards ask runs in a real Weir, and so does what is generated from its views.
func TestEverySQLRuns(t *testing.T) {
	n := running(t)
	files, err := filepath.Glob("../grafana/provisioning/dashboards/weir/*.json")
	if err != nil || len(files) < 6 {
		t.Fatalf("%v, %v", err, files)
	}
	for _, path := range files {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		check(t, n, file)
	}
	var views []generate.View
	for _, q := range n.Status().Queries {
		views = append(views, generate.View{Name: q.View, Emit: q.Emit, Columns: q.Columns, About: q.About})
	}
	made, err := generate.Board("shop", "Shop", views, generate.Options{}).JSON()
	if err != nil || !strings.Contains(string(made), "what was paid") {
		t.Fatal(err, string(made))
	}
	check(t, n, made)
}

// TestAlertRulesRun: what the alert rules ask runs in a real Weir, and gives each rule numbers over time; those of metrics that there are have rows.
func TestAlertRulesRun(t *testing.T) {
	n := running(t)
	var file struct {
		Groups []struct {
			Rules []struct {
				UID  string
				Data []struct {
					DatasourceUID string `yaml:"datasourceUid"`
					Model         struct {
						RawSQL string `yaml:"rawSql"`
						Format int
					}
				}
			}
		}
	}
	readYAML(t, alertRules, &file)
	rules := file.Groups[0].Rules
	if len(rules) < 11 {
		t.Errorf("there are %d rules only", len(rules))
	}
	for _, r := range rules {
		a := r.Data[0]
		if a.DatasourceUID != "weir" {
			t.Errorf("rule %s asks data source %s", r.UID, a.DatasourceUID)
		}
		checkQuery(t, n, "rule "+r.UID, asked{RawSQL: a.Model.RawSQL, Format: a.Model.Format}, nil)
	}
}

// alertRules are those over Weir's data source.
const alertRules = grafana + "/provisioning/alerting/weir.yaml"

// names finds what may be metrics in a text.
var names = regexp.MustCompile(`\b(?:weir|go|process)_[a-z_]+\b`)

// TestMetricsAreDeclared: the dashboards and the alert rules name no metric that Weir does not have, and no label that the metric does not have.
func TestMetricsAreDeclared(t *testing.T) {
	declared := server.MetricLabels()
	n, err := node.Open(t.Context(), node.Options{Workers: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	families, err := server.Registry(n).Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families { // the Go runtime's and the process's
		if _, ours := declared[f.GetName()]; !ours {
			declared[f.GetName()] = nil
		}
	}
	made, err := boards.Files()
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, f := range made {
		texts[f.Path] = string(f.JSON)
	}
	rules, err := os.ReadFile("../prometheus/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	texts["alerts.yaml"] = string(rules)
	if rules, err = os.ReadFile(alertRules); err != nil {
		t.Fatal(err)
	}
	texts[alertRules] = string(rules)
	seen := 0
	for path, text := range texts {
		for _, name := range names.FindAllString(text, -1) {
			seen++
			if _, ok := declared[name]; !ok {
				t.Errorf("%s: there is no metric %s", path, name)
			}
		}
	}
	if seen < 100 {
		t.Errorf("looked at %d names only", seen)
	}
	checkLabels(t, declared, texts)
}

// What asks for labels: sum by (label) (metric, and metric{label=…}, in PromQL.
var (
	sumBy    = regexp.MustCompile(`(?:sum|max) by \(([a-z, ]+)\) \((?:rate\(|deriv\(|1 - )?([a-z_]+)`)
	selected = regexp.MustCompile(`([a-z_]+)\{([^}$]*)`)
	label    = regexp.MustCompile(`([a-z]+)=`)
)

// checkLabels looks at the labels of PromQL. Instance and job are Prometheus's own.
func checkLabels(t *testing.T, declared map[string][]string, texts map[string]string) {
	t.Helper()
	ask := func(path, metric, label string) {
		if labels, ok := declared[metric]; ok && !slices.Contains(labels, label) && label != "instance" && label != "job" {
			t.Errorf("%s: metric %s has no label %s", path, metric, label)
		}
	}
	for path, text := range texts {
		for _, m := range sumBy.FindAllStringSubmatch(text, -1) {
			for _, by := range strings.Split(m[1], ", ") {
				ask(path, m[2], by)
			}
		}
		for _, m := range selected.FindAllStringSubmatch(text, -1) {
			for _, l := range label.FindAllStringSubmatch(m[2], -1) {
				ask(path, m[1], l[1])
			}
		}
	}
}
