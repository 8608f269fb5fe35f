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

// readmeSection is the part of the README under a heading.
func readmeSection(t *testing.T, heading string) string {
	t.Helper()
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(readme), heading)
	if !found {
		t.Fatalf("README has no %s", heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	return section
}

// TestReadmeTour runs the README's five minutes as they stand, and wants the table that the README shows.
func TestReadmeTour(t *testing.T) {
	tour := readmeSection(t, "## Five minutes")
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

// TestReadmeHTTP does what the README's part about events over HTTP says: what runs in one terminal, and what is sent from another.
func TestReadmeHTTP(t *testing.T) {
	section, dir := readmeSection(t, "## Without a broker"), t.TempDir()
	blocks := shellBlock.FindAllStringSubmatch(section, -1)
	want := tableBlock.FindStringSubmatch(section)
	if len(blocks) != 4 || want == nil {
		t.Fatalf("%d blocks of commands, want 4, and the table %q", len(blocks), want)
	}
	shell := func(script string) string {
		t.Helper()
		cmd := exec.Command("bash", "-euo", "pipefail", "-c", script)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	shell(blocks[0][1])
	command := strings.Fields(blocks[1][1])
	p := start(t, dir, append(command[1:], "--listen", "127.0.0.1:0")...)
	url := p.url()
	p.eventually("it is ready", p.takes)
	send := strings.NewReplacer("http://127.0.0.1:8080", url, "curl ", "curl -sf ").Replace(blocks[2][1])
	if out := shell(send); out != "{\"accepted\":1}\n{\"accepted\":3}\n" {
		t.Errorf("the answers are\n%s", out)
	}
	ask := strings.ReplaceAll(blocks[3][1], "bin/weir sql", weir+" sql --server "+url)
	p.eventually("the table is the README's", func() bool { return strings.Contains(shell(ask), want[1]) })
}
