package boards_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const grafana = "../grafana"

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = yaml.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// composed is what is looked at of a compose file.
type composed struct {
	Services map[string]struct {
		Image       string
		Volumes     []string
		Environment map[string]string
	}
	Volumes map[string]any
}

// built are mounts that a build makes.
var built = map[string]bool{"../../bin/weir": true, "./dist": true}

// TestCompose: what the compose files mount is there, or is built; a mount in a folder that is mounted to be read only would fail, and
// there is none.
func TestCompose(t *testing.T) {
	mounts := map[string][]string{} // targets in each service, with both files
	var readOnly []string
	for _, path := range []string{grafana + "/docker-compose.yaml", "../prometheus/docker-compose.yaml"} {
		var c composed
		readYAML(t, path, &c)
		if len(c.Services) == 0 {
			t.Fatalf("%s has no services", path)
		}
		for name, s := range c.Services {
			for _, v := range s.Volumes {
				parts := strings.Split(v, ":")
				from, to := parts[0], parts[1]
				mounts[name] = append(mounts[name], to)
				if strings.HasSuffix(v, ":ro") {
					readOnly = append(readOnly, name+":"+to)
				}
				if _, named := c.Volumes[from]; named || built[from] {
					continue
				}
				if _, err := os.Stat(filepath.Join(grafana, from)); err != nil { // paths are the first file's
					t.Errorf("%s mounts %s: %v", path, from, err)
				}
			}
		}
	}
	for name, targets := range mounts {
		for _, to := range targets {
			for _, above := range readOnly {
				if strings.HasPrefix(name+":"+to, above+"/") {
					t.Errorf("%s is mounted in %s, which is mounted read only", to, above)
				}
			}
		}
	}
}

// TestProvisioning: the data sources are those that the dashboards name, and Grafana finds the dashboards where they are mounted.
func TestProvisioning(t *testing.T) {
	known := map[string]string{} // types by UID
	for _, path := range []string{grafana + "/provisioning/datasources/weir.yaml", "../prometheus/provisioning/datasources/prometheus.yaml"} {
		var d struct {
			Datasources []struct{ UID, Type, URL string }
		}
		readYAML(t, path, &d)
		for _, s := range d.Datasources {
			known[s.UID] = s.Type
		}
	}
	var providers struct {
		Providers []struct{ Options struct{ Path string } }
	}
	readYAML(t, grafana+"/provisioning/dashboards/weir.yaml", &providers)
	var c composed
	readYAML(t, grafana+"/docker-compose.yaml", &c)
	g := c.Services["grafana"]
	at := providers.Providers[0].Options.Path + "/weir"
	if !strings.Contains(strings.Join(g.Volumes, " "), ":"+at+":") || !strings.HasPrefix(g.Environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"], at+"/") {
		t.Errorf("dashboards are looked for in %s, and mounted by %v", at, g.Volumes)
	}
	for _, pattern := range []string{grafana + "/provisioning/dashboards/weir/*.json", "../prometheus/dashboards/*.json"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%v, %v", err, files)
		}
		for _, path := range files {
			checkSource(t, path, known)
		}
	}
}

// checkSource looks whether the data source that a dashboard has at first is one that is provisioned.
func checkSource(t *testing.T, path string, known map[string]string) {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Templating struct {
			List []struct {
				Type    string
				Query   any
				Current struct{ Value any }
			}
		}
	}
	if err := json.Unmarshal(file, &d); err != nil {
		t.Fatal(err)
	}
	first := d.Templating.List[0]
	if uid := fmt.Sprint(first.Current.Value); first.Type != "datasource" || known[uid] != first.Query {
		t.Errorf("%s reads data source %s of type %v; provisioned are %v", path, uid, first.Query, known)
	}
}

// TestPluginDashboards: the data source brings all of Weir's dashboards, under their titles.
func TestPluginDashboards(t *testing.T) {
	text, err := os.ReadFile(grafana + "/src/plugin.json")
	if err != nil {
		t.Fatal(err)
	}
	var plugin struct {
		Includes []struct{ Type, Name, Path string }
	}
	if err := json.Unmarshal(text, &plugin); err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{}
	files, err := filepath.Glob(grafana + "/provisioning/dashboards/weir/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", err, files)
	}
	for _, path := range files {
		missing["dashboards/"+filepath.Base(path)] = true
	}
	for _, i := range plugin.Includes {
		file, err := os.ReadFile(grafana + "/provisioning/" + strings.Replace(i.Path, "dashboards/", "dashboards/weir/", 1))
		var d struct{ Title string }
		if err == nil {
			err = json.Unmarshal(file, &d)
		}
		if err != nil || i.Type != "dashboard" || i.Name != d.Title {
			t.Errorf("%+v: the dashboard is called %q: %v", i, d.Title, err)
		}
		delete(missing, i.Path)
	}
	for path := range missing {
		t.Errorf("the data source does not bring %s", path)
	}
}

// TestPromtool has Prometheus's own tool check the alert rules, the configuration, and what the dashboards ask.
func TestPromtool(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed: apt-get install prometheus")
	}
	type rule struct {
		Record string `yaml:"record"`
		Expr   string `yaml:"expr"`
	}
	var rules []rule
	files, err := filepath.Glob("../prometheus/dashboards/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var d drawn
		if err := json.Unmarshal(file, &d); err != nil {
			t.Fatal(err)
		}
		for _, p := range d.Panels {
			for _, q := range p.Targets {
				expr := left.ReplaceAllString(strings.ReplaceAll(q.Expr, "$__rate_interval", "5m"), ".*")
				rules = append(rules, rule{fmt.Sprintf("asked:%d", len(rules)), expr})
			}
		}
	}
	text, err := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "dashboards", "rules": rules}}})
	if err != nil {
		t.Fatal(err)
	}
	asked := filepath.Join(t.TempDir(), "asked.yaml")
	if err := os.WriteFile(asked, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"check", "rules", "../prometheus/alerts.yaml"}, {"check", "rules", asked}, {"check", "config", "../prometheus/prometheus.yaml"}} {
		if out, err := exec.Command(promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	if len(rules) < 40 {
		t.Errorf("checked %d expressions only", len(rules))
	}
}
