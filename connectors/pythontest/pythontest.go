// Package pythontest gives tests a Python with packages: what users of the servers in connectors ask with.
//
// To use other packages, ask for another environment: a name, the packages with their versions, and what a script of the test imports.
package pythontest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Environment is a virtual environment in the user's cache.
type Environment struct {
	Name     string   // of its folder
	Packages []string // as pip has them, with versions
	Imports  string   // what must be there, such as "psycopg, pyarrow.flight"
}

// Interpreter is the environment's python3. The environment is made when it is missing; the test is skipped if that fails.
func (e Environment) Interpreter(t testing.TB) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skipf("there is no folder to keep Python's packages in: %v", err)
	}
	folder := filepath.Join(cache, "weir", "python-"+e.Name)
	python := filepath.Join(folder, "bin", "python3")
	ready := func() bool { return exec.Command(python, "-c", "import "+e.Imports).Run() == nil }
	if ready() {
		return python
	}
	out, err := exec.Command("python3", "-m", "venv", folder).CombinedOutput()
	if err == nil {
		out, err = exec.Command(python, append([]string{"-m", "pip", "install", "--quiet", "--only-binary", ":all:"}, e.Packages...)...).CombinedOutput()
	}
	if err != nil || !ready() {
		t.Skipf("Python's packages cannot be installed (%v): apt-get install python3-venv, then python3 -m venv %s && %s -m pip install %s\n%s",
			err, folder, python, strings.Join(e.Packages, " "), out)
	}
	return python
}
