package process

import (
	"os/exec"
	"strings"
	"testing"
)

// A child has as many cores as it was given, and the benchmark keeps its own.
func TestCores(t *testing.T) {
	cores := func() string {
		out, err := exec.Command("nproc").Output()
		if err != nil {
			t.Skipf("no nproc: %v", err)
		}
		return string(out)
	}
	before := cores()
	p, err := Start(exec.CommandContext(t.Context(), "nproc"), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Wait(); err != nil || strings.TrimSpace(p.Said()) != "1" {
		t.Errorf("the child has %q cores, want 1 (%v)", p.Said(), err)
	}
	if after := cores(); after != before {
		t.Errorf("the benchmark has %s cores, had %s", after, before)
	}
}
