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

// A running process gets other cores, and so do the children that it starts from then on.
func TestConfine(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "read line; nproc")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	p, err := Start(cmd, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := Confine(cmd.Process.Pid, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Write([]byte("go\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Wait(); err != nil || strings.TrimSpace(p.Said()) != "1" {
		t.Errorf("the child has %q cores, want 1 (%v)", p.Said(), err)
	}
}
