package generate

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// oneGrafana is as much of Grafana's API as is asked, as versions 12.4 and 13 answer: the first version's message is lost.
type oneGrafana struct {
	saved    map[string]json.RawMessage
	versions map[string]int
	last     map[string]string // messages of the newest versions
}

func (g *oneGrafana) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer secret" {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"message":"Unauthorized"}`)
		return
	}
	if r.Method == http.MethodPost {
		g.post(w, r)
		return
	}
	uid, versions := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/api/dashboards/uid/"), "/versions")
	switch d, ok := g.saved[uid]; {
	case !ok:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"message":"Dashboard not found"}`)
	case versions:
		fmt.Fprintf(w, `{"continueToken":"","versions":[{"id":2,"version":%d,"message":%q}]}`, g.versions[uid], g.last[uid])
	default:
		fmt.Fprintf(w, `{"meta":{"folderUid":"f1"},"dashboard":%s}`, d)
	}
}

func (g *oneGrafana) post(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Dashboard json.RawMessage
		Overwrite bool
		Message   string
		FolderUID string `json:"folderUid"`
	}
	var d struct{ UID string }
	if json.NewDecoder(r.Body).Decode(&request) != nil || json.Unmarshal(request.Dashboard, &d) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if g.saved[d.UID] != nil && !request.Overwrite {
		w.WriteHeader(http.StatusPreconditionFailed)
		fmt.Fprint(w, `{"message":"A dashboard with the same uid already exists"}`)
		return
	}
	g.saved[d.UID], g.last[d.UID] = request.Dashboard, request.Message
	g.versions[d.UID]++
	if g.versions[d.UID] == 1 {
		g.last[d.UID] = "Initial save"
	}
	fmt.Fprintf(w, `{"uid":%q,"url":"/d/%[1]s/x?f=%s","status":"success"}`, d.UID, request.FolderUID)
}

// TestSend: a dashboard that was generated is replaced in Grafana, and one that was saved there since, or made by somebody else, is not.
func TestSend(t *testing.T) {
	state := &oneGrafana{map[string]json.RawMessage{"other": json.RawMessage(`{"uid":"other","title":"Mine","tags":["shop"]}`)}, map[string]int{"other": 1}, map[string]string{}}
	server := httptest.NewServer(state)
	defer server.Close()
	g := &Grafana{URL: server.URL + "/", Token: "secret", Folder: "new"}
	board := Board("shop", "Shop", []View{shapes["keyed"]}, Options{})
	text, err := board.JSON()
	if err != nil {
		t.Fatal(err)
	}
	send := func(uid string, overwrite bool, want string) {
		t.Helper()
		path, done, err := g.Send(t.Context(), uid, text, overwrite)
		got := fmt.Sprint(done, " ", path, err)
		if !strings.Contains(got, want) {
			t.Errorf("%s instead of %s", got, want)
		}
	}
	send("weir-shop", false, "created "+server.URL+"/d/weir-shop/x?f=new")
	send("weir-shop", false, "replaced "+server.URL+"/d/weir-shop/x?f=f1")
	send("weir-shop", false, "replaced")
	state.last["weir-shop"] = "made it blue"
	send("weir-shop", false, `dashboard weir-shop ("Shop") was saved in Grafana since weir dashboard made it: it stays as it is`)
	send("weir-shop", true, "replaced")
	send("other", false, `has a dashboard other ("Mine") that was not made by weir dashboard`)
	g.Token = ""
	send("weir-shop", false, "grafana answered 401 Unauthorized: Unauthorized; it wants a token of a service account that may write dashboards: GRAFANA_TOKEN")
}
