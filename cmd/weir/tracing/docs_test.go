package tracing

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// declared are the names of attributes and spans where they are set.
var declared = regexp.MustCompile(`(?:slog|attribute)\.(?:String|Int|Int64|Bool)\("([a-z_.]+)"|Name: "([a-z]+)|phase\(ctx, "([a-z]+)"`)

// The page names every attribute, every span and every variable.
func TestPageIsComplete(t *testing.T) {
	page, err := os.ReadFile("../../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "## Traces")
	section, _, _ = strings.Cut(section, "\n## ")
	found := map[string]bool{}
	for _, path := range []string{"requests.go", "../../../engine/runtime/tracing.go", "../../../engine/runtime/restore.go", "../../../engine/runtime/commit.go",
		"../../../engine/runtime/sinks.go", "../../../connectors/kafka/outage.go"} {
		text, err := os.ReadFile(filepath.FromSlash(path))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range declared.FindAllStringSubmatch(string(text), -1) {
			found[m[1]+m[2]+m[3]] = true
		}
	}
	for _, v := range Variables {
		found[v.Name] = true
	}
	if len(found) < 40 {
		t.Errorf("only %d names were found where they are declared", len(found))
	}
	for name := range found {
		if !regexp.MustCompile("`" + regexp.QuoteMeta(name) + "[` ]").MatchString(section) {
			t.Errorf("%s is not in the section Traces of docs/operations.md", name)
		}
	}
}
