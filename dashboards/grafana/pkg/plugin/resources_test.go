package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// call asks a resource.
func call(t *testing.T, d *Datasource, method, path, body string) (status int, answer string) {
	t.Helper()
	req := &backend.CallResourceRequest{Method: method, Path: path, URL: path, Body: []byte(body)}
	err := d.CallResource(context.Background(), req, backend.CallResourceResponseSenderFunc(func(r *backend.CallResourceResponse) error {
		status, answer = r.Status, answer+string(r.Body)
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	return status, answer
}

const fakeSchema = `{"version":"v0.1","tables":[
	{"schema":"main","name":"revenue","kind":"view","emit":"close","time":"window_start","keys":["country"],"columns":[
		{"name":"window_start","type":"TIMESTAMP"},{"name":"country","type":"VARCHAR"},{"name":"n","type":"BIGINT","unit":"short"},{"name":"mean","type":"DOUBLE"}]},
	{"schema":"main","name":"users","kind":"view","columns":[{"name":"country","type":"VARCHAR"},{"name":"id","type":"UUID"}]},
	{"schema":"weir","name":"late_rows","kind":"system","columns":[{"name":"view","type":"VARCHAR"}]}],
	"functions":[{"name":"tumble","kind":"window","parameters":["ts","size"]}]}`

func TestSchema(t *testing.T) {
	f := newFake()
	f.answer("GET /v1/schema", http.StatusOK, fakeSchema)
	status, answer := call(t, f.open(t), http.MethodGet, "schema", "")
	var got struct {
		Version   string
		Tables    []struct{ Name, Time string }
		Functions []struct{ Name string }
		Macros    []struct{ Name, Description, Example string }
		Notice    string
	}
	if err := json.Unmarshal([]byte(answer), &got); err != nil || status != http.StatusOK {
		t.Fatal(status, answer)
	}
	if got.Version != "v0.1" || len(got.Tables) != 3 || got.Tables[0].Time != "window_start" || got.Functions[0].Name != "tumble" || got.Macros[0].Name != "$__timeFilter" || got.Notice != "" {
		t.Errorf("%+v", got)
	}
}

// An older Weir has no schema: there are its views, and a word about what is missing.
func TestSchemaOfOlder(t *testing.T) {
	_, answer := call(t, newFake().open(t), http.MethodGet, "schema", "")
	if !strings.Contains(answer, `"name":"revenue"`) || !strings.Contains(answer, `"time":"window_start"`) || !strings.Contains(answer, "a newer Weir has them") {
		t.Error(answer)
	}
}

func TestSchemaFails(t *testing.T) {
	status, answer := call(t, open(t, serve(t, guarded("secret")), nil, nil), http.MethodGet, "schema", "")
	if status != http.StatusUnauthorized || !strings.Contains(answer, "put its token") {
		t.Error(status, answer)
	}
}

func TestValidate(t *testing.T) {
	f := newFake()
	f.HandleFunc("POST /v1/validate", func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		var body struct{ SQL string }
		_ = json.Unmarshal(text, &body)
		if at := strings.Index(body.SQL, "nix"); at >= 0 {
			writeAnswer(w, http.StatusOK, fmt.Sprintf(`{"valid":false,"error":{"message":"no column nix","position":%d,"line":1,"column":%d,"candidates":["n"]}}`, at, at+1))
			return
		}
		writeAnswer(w, http.StatusOK, `{"valid":true,"columns":[{"name":"n","type":"BIGINT"}]}`)
	})
	d := f.open(t)
	for in, want := range map[string]string{
		`{"sql":"SELECT n FROM revenue"}`:                             `{"valid":true,"columns":[{"name":"n","type":"BIGINT"}]}`,
		`{"sql":"SELECT 1\nWHERE $__timeFilter(t) AND nix","from":0}`: `{"valid":false,"error":{"message":"no column nix","position":36,"line":2,"column":28,"candidates":["n"]}}`,
		`{"sql":"SELECT $__nix"}`:                                     `{"valid":false,"error":{"message":"$__nix: there is no such macro`,
	} {
		if status, answer := call(t, d, http.MethodPost, "validate", in); status != http.StatusOK || !strings.HasPrefix(answer, want) {
			t.Errorf("%s: %d %s", in, status, answer)
		}
	}
	_, answer := call(t, newFake().open(t), http.MethodPost, "validate", `{"sql":"SELECT 1"}`)
	if !strings.Contains(answer, `"valid":true`) || !strings.Contains(answer, "not checked: this Weir has no /v1/validate") {
		t.Error(answer)
	}
	if status, answer := call(t, d, http.MethodPost, "validate", `[]`); status != http.StatusBadRequest || !strings.Contains(answer, "must be a JSON object") {
		t.Error(status, answer)
	}
}

func TestTags(t *testing.T) {
	f := newFake()
	f.answer("GET /v1/schema", http.StatusOK, fakeSchema)
	var sql string
	f.sql(func(_ http.ResponseWriter, _ *http.Request, text string) bool {
		sql = text
		return false
	})
	d := f.open(t)
	for _, c := range []struct{ path, body, want, sql string }{
		{"tag-keys", `{}`, `[{"text":"country"},{"text":"n"},{"text":"id"}]`, ""},
		{"tag-keys", `{"view":"revenue"}`, `[{"text":"country"},{"text":"n"}]`, ""},
		{"tag-values", `{"key":"country"}`, `[{"text":"CH"},{"text":"DE"}]`, `FROM "main"."revenue" UNION ALL SELECT "country"::VARCHAR AS value FROM "main"."users")`},
		{"tag-values", `{"key":"users.country"}`, `[{"text":"CH"},{"text":"DE"}]`, `(SELECT "country"::VARCHAR AS value FROM "main"."users")`},
		{"tag-values", `{"key":"nix"}`, `[]`, ""},
	} {
		sql = ""
		_, answer := call(t, d, http.MethodPost, c.path, c.body)
		if strings.TrimSpace(answer) != c.want || !strings.Contains(sql, c.sql) || (c.sql == "") != (sql == "") {
			t.Errorf("%s %s: %s\n%s", c.path, c.body, answer, sql)
		}
	}
}
