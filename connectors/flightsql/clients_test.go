package flightsql

import (
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirdb/weir/connectors/access"
	"github.com/weirdb/weir/connectors/access/accesstest"
)

// pythonPackages are what clients.py imports.
var pythonPackages = []string{"adbc-driver-manager==1.13.0", "adbc-driver-flightsql==1.13.0", "pyarrow==26.0.1"}

// python is an interpreter with the packages: the one in a folder of the user's cache, which is made when it is missing.
func python(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skipf("there is no folder to keep Python's packages in: %v", err)
	}
	folder := filepath.Join(cache, "weir", "python-flightsql")
	interpreter := filepath.Join(folder, "bin", "python3")
	ready := func() bool {
		return exec.Command(interpreter, "-c", "import adbc_driver_flightsql.dbapi, pyarrow.flight").Run() == nil
	}
	if ready() {
		return interpreter
	}
	out, err := exec.Command("python3", "-m", "venv", folder).CombinedOutput()
	if err == nil {
		out, err = exec.Command(interpreter, append([]string{"-m", "pip", "install", "--quiet", "--only-binary", ":all:"}, pythonPackages...)...).CombinedOutput()
	}
	if err != nil || !ready() {
		t.Skipf("ADBC for Python cannot be installed (%v): apt-get install python3-venv, then python3 -m venv %s && %s -m pip install %s\n%s",
			err, folder, interpreter, strings.Join(pythonPackages, " "), out)
	}
	return interpreter
}

// TestPython runs testdata/clients.py, which reads views with ADBC and with Arrow's own client while they are written, with and without TLS.
func TestPython(t *testing.T) {
	interpreter := python(t)
	certFile, keyFile := accesstest.Certificate(t, t.TempDir(), 1)
	certificate, err := access.ReadCertificate(certFile, keyFile, slog.Default())
	check(t, err)
	token, err := access.NewToken("s3cret")
	check(t, err)
	for name, x := range map[string]struct {
		options   Options
		scheme    string
		arguments []string
	}{"plain": {Options{}, "grpc://", []string{"any"}}, "token and TLS": {Options{Token: token, TLS: certificate.Config()}, "grpc+tls://", []string{"s3cret", certFile}}} {
		t.Run(name, func(t *testing.T) {
			address, store, _ := testServer(t, x.options)
			check(t, store.CreateView(t.Context(), "twin", hot))
			stop, written := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(written)
				for epoch := int64(2); ; epoch++ {
					select {
					case <-stop:
						return
					default:
						both(t, store, epoch)
					}
				}
			}()
			out, err := exec.Command(interpreter, append([]string{"testdata/clients.py", x.scheme + strings.Replace(address, "127.0.0.1", "localhost", 1)}, x.arguments...)...).CombinedOutput()
			close(stop)
			<-written
			if err != nil || !strings.HasSuffix(string(out), "done\n") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
