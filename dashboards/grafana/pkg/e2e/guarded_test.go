package e2e

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/weirdb/weir/dashboards/grafana/pkg/plugin"
)

// A Weir with a token and TLS lets in who has the token and knows its authority, streams included.
func TestTokenAndTLS(t *testing.T) {
	if missing != nil {
		t.Skip(missing)
	}
	if help, _ := exec.Command(program, "help", "run").CombinedOutput(); !strings.Contains(string(help), "--token-file") {
		t.Skip("this Weir has no --token-file: build a newer one, or set WEIR_PROGRAM to one")
	}
	w := &weir{t: t, dir: t.TempDir(), address: free(t)}
	certificate := w.certify()
	for name, text := range map[string]string{"token": "secret\n", "x.sql": liveSQL} {
		if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.cmd = exec.Command(program, "run", "--quiet", "--listen", w.address, "--db", "x.duckdb", "--token-file", "token", "--tls-cert", "cert.pem", "--tls-key", "key.pem", "x.sql")
	w.cmd.Dir, w.cmd.Stdout, w.cmd.Stderr = w.dir, &w.log, &w.log
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.kill)
	trusting := map[string]any{"tlsAuthWithCACert": true}
	good := w.dataSource("https://", trusting, map[string]string{"tlsCACert": certificate, "token": "secret"})
	eventually(t, "the data source is well", func() bool {
		health, err := good.CheckHealth(context.Background(), nil)
		return err == nil && health.Status == backend.HealthStatusOk
	})
	for says, d := range map[string]*plugin.Datasource{
		"put its token into":             w.dataSource("https://", trusting, map[string]string{"tlsCACert": certificate}),
		"is not the one that Weir":       w.dataSource("https://", trusting, map[string]string{"tlsCACert": certificate, "token": "other"}),
		"authority that is not known":    w.dataSource("https://", nil, map[string]string{"token": "secret"}),
		"let the URL begin with https:/": w.dataSource("http://", nil, map[string]string{"token": "secret"}),
	} {
		if health, err := d.CheckHealth(context.Background(), nil); err != nil || !strings.Contains(health.Message, says) {
			t.Errorf("%+v %v; want %q", health, err, says)
		}
	}
	g := &grafana{t: t, ds: good, runs: map[string]*channel{}}
	t.Cleanup(g.close)
	if p := g.open(live("closed", 1, nil)); !strings.HasPrefix(p.channel, "view/") {
		t.Error(p.channel)
	}
}

func (w *weir) dataSource(scheme string, settings map[string]any, secure map[string]string) *plugin.Datasource {
	w.t.Helper()
	text, err := json.Marshal(settings)
	if err != nil {
		w.t.Fatal(err)
	}
	d, err := plugin.New(context.Background(), backend.DataSourceInstanceSettings{UID: "weir", Type: plugin.ID, URL: scheme + w.address, JSONData: text, DecryptedSecureJSONData: secure})
	if err != nil {
		w.t.Fatal(err)
	}
	return d.(*plugin.Datasource)
}

// certify writes cert.pem and key.pem for this machine, and returns the certificate.
func (w *weir) certify() string {
	w.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "weir"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		w.t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		w.t.Fatal(err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for name, text := range map[string][]byte{"cert.pem": certificate, "key.pem": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})} {
		if err := os.WriteFile(filepath.Join(w.dir, name), text, 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	return string(certificate)
}
