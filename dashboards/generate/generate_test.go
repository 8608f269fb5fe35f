package generate

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirdb/weir/engine"
	"github.com/weirdb/weir/engine/types"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

func columns(list string) (out []types.Field) {
	for _, item := range strings.Split(list, ", ") {
		name, kind, _ := strings.Cut(item, ": ")
		id, ok := types.ByName(kind)
		if !ok {
			panic(kind)
		}
		out = append(out, types.Field{Name: name, Type: types.Of(id)})
	}
	return out
}

// shapes are views of each shape that is drawn in its own way.
var shapes = map[string]View{
	"keyed": {Name: "revenue", Emit: "close", Columns: columns("window_start: TIMESTAMP, window_end: TIMESTAMP, country: VARCHAR, Shop no: BIGINT, revenue: DOUBLE, orders: BIGINT"),
		About: engine.About{Title: "Revenue", Description: "By country and shop.", Time: "window_start", Keys: []string{"country", "Shop no"},
			Units: map[string]string{"revenue": "currencyEUR", "orders": "short"}, Comments: map[string]string{"revenue": "revenue before tax"}}},
	"one_series":  {Name: "totals", Emit: "close", Columns: columns("window_start: TIMESTAMP, paid: DOUBLE, refunded: DOUBLE"), About: engine.About{Time: "window_start", Keys: []string{}}},
	"band":        {Name: "Odd minutes", Emit: "close", Columns: columns("ts: TIMESTAMP, sensor: VARCHAR, value: DOUBLE, lower: DOUBLE, upper: DOUBLE, is_anomaly: BOOLEAN"), About: engine.About{Time: "ts", Keys: []string{"sensor"}}},
	"row":         {Name: "now", Emit: "changes", Columns: columns("orders: BIGINT, revenue: DOUBLE"), About: engine.About{Keys: []string{}, Units: map[string]string{"revenue": "currencyEUR"}}},
	"keys_only":   {Name: "customers", Emit: "changes", Columns: columns("customer: VARCHAR, orders: BIGINT"), About: engine.About{Keys: []string{"customer"}}},
	"events":      {Name: "fraud", Emit: "close", Columns: columns("ts: TIMESTAMP, amount: DOUBLE, why: VARCHAR"), About: engine.About{Time: "ts"}},
	"not_planned": {Name: "medians", Emit: "close", Columns: columns("window_start: TIMESTAMP, room: VARCHAR, median: DOUBLE"), About: engine.About{Time: "window_start"}},
}

// TestGolden compares each shape's dashboard with a file.
func TestGolden(t *testing.T) {
	for name, v := range shapes {
		got, err := Board("shape "+name, "Shape", []View{v}, Options{}).JSON()
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name+".json")
		if *rewrite {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: not as in %s (%v); -rewrite writes it anew", name, path, err)
		}
	}
}

// panelsOf are a dashboard's panels without their places, by number.
func panelsOf(t *testing.T, text []byte) map[string]string {
	t.Helper()
	var d struct{ Panels []map[string]any }
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, p := range d.Panels {
		id := fmt.Sprint(p["id"])
		delete(p, "gridPos")
		plain, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		out[id] = string(plain)
	}
	return out
}

// TestOthersStay: one view more, one less, or another unit changes the panels that it is about, and no others.
func TestOthersStay(t *testing.T) {
	json := func(views ...View) map[string]string {
		text, err := Board("shop", "Shop", views, Options{}).JSON()
		if err != nil {
			t.Fatal(err)
		}
		return panelsOf(t, text)
	}
	before := json(shapes["keyed"], shapes["row"])
	after := json(shapes["events"], shapes["keyed"], shapes["one_series"], shapes["row"])
	for id, p := range before {
		if after[id] != p {
			t.Errorf("panel %s was\n%s\nis\n%s", id, p, after[id])
		}
	}
	other := shapes["row"]
	other.About.Units = map[string]string{"revenue": "currencyCHF"}
	changed := 0
	for id, p := range json(shapes["keyed"], other) {
		if before[id] != p {
			changed++
		}
	}
	if changed != 1 {
		t.Errorf("another unit of one panel has changed %d", changed)
	}
}

func TestUID(t *testing.T) {
	seen := map[string]string{}
	for _, name := range []string{"shop", "Shop", "shop ", "view shop", "view Shop", "view_shop", "größe", "", strings.Repeat("long ", 20), strings.Repeat("long ", 21)} {
		uid := UID(name)
		if len(uid) > 40 || seen[uid] != "" || strings.ContainsAny(uid, " öß") {
			t.Errorf("%q has UID %s, as %q", name, uid, seen[uid])
		}
		seen[uid] = name
	}
	if UID("shop") != "weir-shop" {
		t.Errorf("UID %s", UID("shop"))
	}
}

// TestSave: what is the same stays, what was generated is replaced, and what somebody has edited or made is left alone.
func TestSave(t *testing.T) {
	dir := t.TempDir()
	save := func(text string, overwrite bool) string {
		path, done, err := Save(filepath.Join(dir, "new"), "x", []byte(text), overwrite)
		if err != nil {
			return err.Error()
		}
		file, err := os.ReadFile(path)
		if err != nil || !json.Valid(file) || !Untouched(file) {
			t.Errorf("%v, %s", err, file)
		}
		return string(done)
	}
	one, two := "{\n  \"uid\": \"a\"\n}\n", "{\n  \"uid\": \"b\"\n}\n"
	expect := func(got, want string) {
		t.Helper()
		if !strings.Contains(got, want) {
			t.Errorf("%s instead of %s", got, want)
		}
	}
	expect(save(one, false), "created")
	expect(save(one, false), "unchanged")
	expect(save(two, false), "replaced")
	path := filepath.Join(dir, "new", "x.json")
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, edited := range []string{strings.Replace(string(file), `"b"`, `"c"`, 1), one, "{}"} {
		if err := os.WriteFile(path, []byte(edited), 0o644); err != nil {
			t.Fatal(err)
		}
		expect(save(one, false), "x.json was edited, or was not made by weir dashboard: it stays as it is")
		if now, _ := os.ReadFile(path); string(now) != edited {
			t.Errorf("it is\n%s", now)
		}
	}
	expect(save(one, true), "replaced")
}
