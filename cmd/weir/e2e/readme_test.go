package e2e

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

var (
	shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")
	tableBlock = regexp.MustCompile("(?s)```\n(┌.*?)```")
)

// TestReadmeTour runs the README's five minutes as they stand, and wants the table that the README shows.
func TestReadmeTour(t *testing.T) {
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tour, found := strings.Cut(string(readme), "## Five minutes")
	if !found {
		t.Fatal("README has no five minutes")
	}
	var script strings.Builder
	for _, block := range shellBlock.FindAllStringSubmatch(tour, -1) {
		script.WriteString(strings.ReplaceAll(block[1], "bin/weir", weir))
	}
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", script.String())
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := tableBlock.FindStringSubmatch(tour)
	if want == nil || !strings.Contains(string(out), want[1]) {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
	if !strings.Contains(string(out), `cannot read "warm" as DOUBLE`) {
		t.Errorf("the broken line is not shown\n%s", out)
	}
}
