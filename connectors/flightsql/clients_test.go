package flightsql

import (
	"log/slog"
	"os/exec"
	"strings"
	"testing"

	"github.com/weirdb/weir/connectors/access"
	"github.com/weirdb/weir/connectors/access/accesstest"
	"github.com/weirdb/weir/connectors/pythontest"
)

// python has what clients.py imports.
var python = pythontest.Environment{
	Name: "flightsql", Imports: "adbc_driver_flightsql.dbapi, pyarrow.flight",
	Packages: []string{"adbc-driver-manager==1.13.0", "adbc-driver-flightsql==1.13.0", "pyarrow==26.0.1"},
}

// TestPython runs testdata/clients.py, which reads views with ADBC and with Arrow's own client while they are written, with and without TLS.
func TestPython(t *testing.T) {
	interpreter := python.Interpreter(t)
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
