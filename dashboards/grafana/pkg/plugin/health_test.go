package plugin

import (
	"context"
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// Save & test says on which side of the wire to look, and what to do there.
func TestHealth(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + listener.Addr().String()
	listener.Close()
	well := newFake()
	well.sql(nil)
	well.answer("GET /v1/schema", http.StatusOK, `{"version":"v0.1","tables":[],"functions":[]}`)
	older := newFake()
	older.sql(nil)
	starting := http.NewServeMux()
	starting.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeAnswer(w, http.StatusServiceUnavailable, `{"error":{"message":"weir is starting","code":"starting"}}`)
	})
	plain, secure := httptest.NewServer(well), httptest.NewTLSServer(well)
	defer plain.Close()
	defer secure.Close()
	authority := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}))
	trusting := map[string]any{"tlsAuthWithCACert": true}
	for _, c := range []struct {
		name, url string
		json      map[string]any
		secure    map[string]string
		says      string
	}{
		{"well", plain.URL, nil, nil, "Weir v0.1 answers: 1 view."},
		{"path and slash", plain.URL + "/", nil, nil, "Weir v0.1 answers"},
		{"older", serve(t, older), nil, nil, "Weir answers: 1 view. But this Weir has no /v1/schema"},
		{"nobody", nobody, nil, nil, "nothing listens there: is weir run up"},
		{"no such name", "http://weir.invalid:8080", nil, nil, "Weir cannot be reached"},
		{"unknown authority", secure.URL, nil, nil, "tls: failed to verify certificate: x509: certificate signed by unknown authority. the certificate is signed by an authority that is not known here"},
		{"known authority", secure.URL, trusting, map[string]string{"tlsCACert": authority}, "Weir v0.1 answers"},
		{"another name", strings.Replace(secure.URL, "127.0.0.1", "localhost", 1), trusting, map[string]string{"tlsCACert": authority}, "set the server name"},
		{"server name", strings.Replace(secure.URL, "127.0.0.1", "localhost", 1), map[string]any{"tlsAuthWithCACert": true, "serverName": "example.com"},
			map[string]string{"tlsCACert": authority}, "Weir v0.1 answers"},
		{"no verification", secure.URL, map[string]any{"tlsSkipVerify": true}, nil, "Weir v0.1 answers"},
		{"TLS where there is none", strings.Replace(plain.URL, "http:", "https:", 1), nil, nil, "let the URL begin with http://"},
		{"no TLS where there is", strings.Replace(secure.URL, "https:", "http:", 1), nil, nil, "let the URL begin with https://"},
		{"no token", serve(t, guarded("secret")), nil, nil, "put its token into the data source"},
		{"wrong token", serve(t, guarded("secret")), nil, map[string]string{"token": "other"}, "is not the one that Weir runs with"},
		{"token", serve(t, guarded("secret")), nil, map[string]string{"token": "secret"}, "Weir answers"},
		{"forbidden", serve(t, always(http.StatusForbidden, "no")), nil, nil, "does not allow it"},
		{"another server", serve(t, always(http.StatusOK, "<html>hello")), nil, nil, "is there a proxy or another server at this address?"},
		{"not found", serve(t, always(http.StatusNotFound, "<html>not found")), nil, nil, "does not lead to a Weir"},
		{"bad gateway", serve(t, always(http.StatusBadGateway, "<html>")), nil, nil, "look at the proxy"},
		{"starting", serve(t, starting), nil, nil, "weir is not ready: weir is starting"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := open(t, c.url, c.json, c.secure).CheckHealth(context.Background(), nil)
			if err != nil || !strings.Contains(got.Message, c.says) {
				t.Errorf("it says %q (%v), and not %q", got.Message, err, c.says)
			}
			well := strings.HasPrefix(c.says, "Weir v0.1 answers") || strings.HasPrefix(c.says, "Weir answers")
			if well != (got.Status == backend.HealthStatusOk) {
				t.Errorf("status %s: %s", got.Status, got.Message)
			}
		})
	}
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func always(status int, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
}

func guarded(token string) http.Handler {
	f := newFake()
	f.sql(nil)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			writeAnswer(w, http.StatusUnauthorized, `{"error":{"message":"unauthorized","code":"unauthorized"}}`)
			return
		}
		f.ServeHTTP(w, r)
	})
}

// A certificate that is none is found when the settings are read.
func TestBadCertificate(t *testing.T) {
	s := settingsOf(t, "https://x", map[string]any{"tlsAuth": true}, map[string]string{"tlsClientCert": "me", "tlsClientKey": "mine"})
	if _, err := New(context.Background(), s); err == nil || !strings.Contains(err.Error(), "beginning with -----BEGIN") {
		t.Error(err)
	}
}

func TestSettings(t *testing.T) {
	for _, c := range []struct {
		url  string
		json map[string]any
		says string
	}{
		{"", nil, "is not one of a Weir"},
		{"localhost:8080", nil, "give it as http://host:8080"},
		{"http://x", map[string]any{"maxRows": 2_000_000}, "maxRows at most 1000000"},
		{"http://x", map[string]any{"timeoutSeconds": "long"}, "timeoutSeconds and maxRows are numbers"},
	} {
		if _, err := New(context.Background(), settingsOf(t, c.url, c.json, nil)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s %v: %v", c.url, c.json, err)
		} else if !backend.IsDownstreamError(err) {
			t.Errorf("%v is no error of the user's", err)
		}
	}
}
