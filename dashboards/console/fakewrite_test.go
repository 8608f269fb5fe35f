package console

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/weirdb/weir/dashboards/generate"
	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

func (f *fakeAPI) schema(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	hold := f.holdSchema
	f.mu.Unlock()
	if hold != nil {
		<-hold
	}
	defer func() { f.sentSchema <- struct{}{} }()
	fmt.Fprintf(w, `{"version":"v0.1","tables":[{"schema":"main","name":"hot","kind":"view","columns":%s},{"schema":"main","name":"totals","kind":"view","columns":%s},`+
		`{"schema":"weir","name":"dead_letters","kind":"system","columns":[{"name":"reason","type":"VARCHAR"}]}],"functions":[{"name":"tumble","kind":"macro","parameters":["ts","size"]}]}`,
		hotColumns, totalsColumns)
}

// validate finds a mistake in what names bidz.
func (f *fakeAPI) validate(w http.ResponseWriter, r *http.Request) {
	sql := f.take(r)
	if at := strings.Index(sql, "bidz"); at >= 0 {
		fmt.Fprintf(w, `{"valid":false,"error":{"message":"Referenced column \"bidz\" not found","code":"binder","position":%d}}`, at)
		return
	}
	_, _ = io.WriteString(w, `{"valid":true}`)
}

func (f *fakeAPI) plan(w http.ResponseWriter, r *http.Request) {
	f.take(r)
	_, _ = io.WriteString(w, `{"changes":true,"objects":[],"views":[{"name":"hot","fate":"kept"},{"name":"fresh","fate":"created","sources":[{"source":"bid","size":120000,"unit":"records"}]}]}`)
}

func (f *fakeAPI) preview(w http.ResponseWriter, r *http.Request) {
	columns, rows := totalsColumns, `["web",5]`
	if strings.Contains(f.take(r), "tumble") {
		columns, rows = hotColumns, "["+strings.Join(append(windowRows(0), windowRows(1)...), "],[")+"]"
	}
	fmt.Fprintf(w, `{"columns":%s,"rows":[%s],"truncated":false,"emit":"close","sources":[{"source":"bid","events":20000,"dead_letters":0}],"late_rows":2,"seconds":1.2,`+
		`"note":"Read 20000 of the newest events in 1.2 s."}`, columns, rows)
}

// dashboard answers the real one: of hot for a statement with a window, else of totals.
func (f *fakeAPI) dashboard(w http.ResponseWriter, r *http.Request) {
	about := func(id types.ID, name string) types.Field { return types.Field{Name: name, Type: types.Of(id)} }
	v := generate.View{Name: "totals", Emit: "changes", Columns: []types.Field{about(types.Varchar, "channel"), about(types.BigInt, "bids")}, About: engine.About{Keys: []string{"channel"}}}
	if strings.Contains(f.take(r), "tumble") || r.PathValue("view") == "hot" {
		v = generate.View{Name: "hot", Emit: "close", About: engine.About{Title: "Hot channels", Time: "window_start", Keys: []string{"channel"}},
			Columns: []types.Field{about(types.Timestamp, "window_start"), about(types.Timestamp, "window_end"), about(types.Varchar, "channel"), about(types.BigInt, "bids"), about(types.Double, "top")}}
	}
	text, err := generate.Board("view-"+v.Name, v.Name, []generate.View{v}, generate.Options{}).JSON()
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(generate.Stamped(text))
}

func (f *fakeAPI) statements(w http.ResponseWriter, r *http.Request) {
	f.take(r)
	_, _ = io.WriteString(w, `{"changes":true,"objects":[],"views":[]}`)
}

func (f *fakeAPI) replay(w http.ResponseWriter, r *http.Request) {
	f.take(r)
	_, _ = io.WriteString(w, `{"chosen":3,"replayed":2,"dead":1,"late":0,"problems":[{"reason":"column price: cannot read \"free\" as BIGINT","letters":1}]}`)
}

// take notes what was asked for, and returns its text.
func (f *fakeAPI) take(r *http.Request) string {
	body, _ := io.ReadAll(r.Body)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, r.URL.Path+" "+string(body))
	var b struct {
		SQL string `json:"sql"`
	}
	_ = json.Unmarshal(body, &b)
	return b.SQL
}

// took is the last body that a path was asked with; empty if it was not.
func (f *fakeAPI) took(path string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := len(f.asked) - 1; i >= 0; i-- {
		if body, ok := strings.CutPrefix(f.asked[i], path+" "); ok {
			return body
		}
	}
	return ""
}

// letters answers what the page asks of dead letters and late rows; it reports false for other statements.
func (f *fakeAPI) letters(w http.ResponseWriter, statement string) bool {
	columns := func(names ...string) string {
		var out []string
		for _, n := range names {
			out = append(out, fmt.Sprintf(`{"name":%q,"type":"VARCHAR"}`, n))
		}
		return strings.Join(out, ",")
	}
	answer := func(columns, rows string) bool {
		fmt.Fprintf(w, `{"columns":[%s],"rows":[%s],"truncated":false}`, columns, rows)
		return true
	}
	at := begin.Format("2006-01-02T15:04:05") + "Z"
	switch {
	case !strings.Contains(statement, "weir.dead_letters") && !strings.Contains(statement, "weir.late_rows"):
		return false
	case strings.Contains(statement, "source = 'none'"):
		return answer("", "")
	case strings.Contains(statement, "AS letters"):
		return answer(columns("source", "kind", "letters", "lacking", "latest"), fmt.Sprintf(`["bid","column price: cannot read \"…\" as BIGINT",3,2,%q],["bid","the record is no JSON",1,1,%q]`, at, at))
	case strings.Contains(statement, "weir.dead_letters"):
		price := base64.StdEncoding.EncodeToString([]byte(`{"auction":7,"price":"free"}`))
		broken := base64.StdEncoding.EncodeToString([]byte{0xff, 0, 'A'})
		first := fmt.Sprintf(`["bid","0",41,"column price: cannot read \"free\" as BIGINT",%q,%q,28,"hot",null,null]`, at, price)
		if strings.Contains(statement, "kind = ") || strings.Contains(statement, "cannot read") {
			return answer(columns("source"), first)
		}
		return answer(columns("source"), first+fmt.Sprintf(`,["bid","1",12,"the record is no JSON",%q,%q,3,"hot",null,"still no JSON"]`, at, broken))
	case strings.Contains(statement, "AS rows"):
		return answer(columns("view", "source", "rows", "latest", "most_behind"), fmt.Sprintf(`["hot","bid",3,%q,"00:00:12"]`, at))
	}
	return answer(columns("view", "source", "partition", "event_time", "watermark", "row", "at"), fmt.Sprintf(`["hot","bid","0",%q,%q,"{\"price\":5}",%q]`, at, at, at))
}
