package process

import (
	"os/exec"
	"strings"
	"testing"
)

func TestProcess(t *testing.T) {
	p, err := Start(exec.CommandContext(t.Context(), "sh", "-c", "echo out; echo err >&2"), 1)
	if err != nil {
		t.Fatal(err)
	}
	u, err := p.Wait()
	if err != nil || u.Wall <= 0 || !p.Ended() || !strings.Contains(p.Said(), "out\n") || !strings.Contains(p.Said(), "err\n") {
		t.Errorf("used %+v, said %q, ended %t: %v", u, p.Said(), p.Ended(), err)
	}
}

func TestFailureTellsWhatItSaid(t *testing.T) {
	p, err := Start(exec.CommandContext(t.Context(), "sh", "-c", "echo why; exit 3"), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Wait(); err == nil || !strings.Contains(err.Error(), "why") || !strings.Contains(err.Error(), "3") {
		t.Errorf("got %v, want the exit code and what it said", err)
	}
}

func TestKill(t *testing.T) {
	p, err := Start(exec.CommandContext(t.Context(), "sleep", "1000"), 0)
	if err != nil {
		t.Fatal(err)
	}
	p.Kill()
	if !p.Ended() {
		t.Error("it runs on")
	}
	if _, err := Start(exec.CommandContext(t.Context(), "/does/not/exist"), 0); err == nil {
		t.Error("a program that is missing has started")
	}
}
