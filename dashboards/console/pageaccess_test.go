package console

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestKeys: pages are reached by keys, the list of them is shown, the skip link comes first, and keys that are typed do nothing else.
func TestKeys(t *testing.T) {
	ctx := browserOf(t)
	_, server := serveFake(t)
	watch(ctx, t, server.URL)
	run(ctx, t, chromedp.Navigate(server.URL), until(at("epoch")+` !== null`),
		chromedp.KeyEvent("\t"), until(`document.activeElement.textContent === "Skip to the content"`),
		until(`document.activeElement.getBoundingClientRect().left >= 0`), chromedp.KeyEvent("\r"), until(`document.activeElement.id === "main"`),
		chromedp.KeyEvent("?"), until(at("help")+`.open`), until(at("help")+`.textContent.includes("go to SQL")`))
	shot(ctx, t, "keys")
	run(ctx, t, chromedp.KeyEvent(kb.Escape), until(`!`+at("help")+`.open`),
		chromedp.KeyEvent("g"), chromedp.KeyEvent("d"), until(`location.pathname === "/letters"`), until(`document.title === "Dead letters – Weir"`),
		chromedp.KeyEvent("g"), chromedp.KeyEvent("s"), until(`location.pathname === "/sql"`), until(`document.activeElement.classList.contains("cm-content")`),
		chromedp.KeyEvent("g"), chromedp.KeyEvent("o"), chromedp.KeyEvent("?"), until(`document.activeElement.textContent.includes("go?")`), until(`location.pathname === "/sql"`))
}

// TestTheme: the switch goes through system, light and dark, and is kept.
func TestTheme(t *testing.T) {
	ctx := browserOf(t)
	_, server := serveFake(t)
	watch(ctx, t, server.URL)
	background := func(want string) chromedp.Action[chromedp.Void] {
		return until(`getComputedStyle(document.body).backgroundColor === "` + want + `"`)
	}
	run(ctx, t, chromedp.Navigate(server.URL), until(at("theme")+` !== null`), background("rgb(246, 248, 249)"),
		chromedp.Click(css("theme")), until(`document.documentElement.dataset.theme === "light"`),
		chromedp.KeyEvent("t"), background("rgb(14, 22, 26)"), chromedp.Reload(), background("rgb(14, 22, 26)"),
		until(at("theme")+`.getAttribute("aria-label").includes("dark")`))
}

// TestServerGone: the page says that the server is away and from when its numbers are, and goes on by itself.
func TestServerGone(t *testing.T) {
	ctx := browserOf(t)
	api, server := serveFake(t)
	run(ctx, t, chromedp.Navigate(server.URL+"/letters"), until(at("letters")+` !== null`))
	address := server.Listener.Addr().String()
	server.Listener.Close()
	server.CloseClientConnections()
	run(ctx, t, until(at("lost")+`?.textContent.includes("does not answer. What you see is from")`), until(at("letters")+` !== null`))
	shot(ctx, t, "lost")
	again, err := net.Listen("tcp", address)
	if err != nil {
		t.Skipf("the port was taken meanwhile: %v", err)
	}
	back := &http.Server{Handler: server.Config.Handler}
	go func() { _ = back.Serve(again) }()
	t.Cleanup(func() { back.Close() })
	api.commit()
	run(ctx, t, until(at("lost")+` === null`), until(at("connection")+`.textContent === "live"`))
}

// TestAccessible runs axe-core over every page, in light and dark, wide and narrow.
func TestAccessible(t *testing.T) {
	axe, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Skip("axe-core is not installed: run `npm ci` in dashboards/console")
	}
	ctx := browserOf(t)
	_, server := serveFake(t)
	watch(ctx, t, server.URL)
	for _, narrow := range []bool{false, true} {
		if narrow {
			phone(ctx, t)
		}
		for _, page := range []struct{ path, there string }{
			{"/", at("query-row") + ` !== null`}, {"/views/hot", at("part-facts") + ` !== null && ` + at("view-table") + ` !== null && ` + at("why") + ` !== null`},
			{"/views/totals", `document.querySelector(".bar") !== null`}, {"/views/nobody", `document.querySelector('main a[href="/views/hot"]') !== null`},
			{"/sql", `document.querySelector(".cm-content") !== null`}, {"/new", `document.querySelector(".cm-content") !== null`}, {"/letters", at("late-rows") + ` !== null`},
		} {
			for _, theme := range []string{"light", "dark"} {
				name := fmt.Sprintf("%s, %s, narrow %t", page.path, theme, narrow)
				run(ctx, t, chromedp.Navigate(server.URL+page.path), until(page.there), chromedp.Evaluate[chromedp.Void](`document.documentElement.dataset.theme = "`+theme+`"`))
				checkAxe(ctx, t, name, string(axe))
				if narrow {
					checkWidth(ctx, t, name)
				}
			}
		}
	}
}

// checkAxe reports what breaks WCAG's levels A and AA.
func checkAxe(ctx context.Context, t *testing.T, name, axe string) {
	t.Helper()
	const ask = `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }).then(r => {
		window.found = JSON.stringify(r.violations.map(v => v.id + ": " + v.nodes.map(n => n.html.slice(0, 160) + " " + (n.any[0]?.message ?? "")).slice(0, 3).join(" | "))) })`
	run(ctx, t, chromedp.Evaluate[chromedp.Void](`window.found = undefined; `+axe+`; void 0`), chromedp.Evaluate[chromedp.Void]("void "+ask), until(`window.found !== undefined`))
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`window.found`))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		t.Fatal(err)
	}
	for _, problem := range found {
		t.Errorf("%s: %s", name, problem)
	}
}

// checkWidth reports a page that is wider than the phone.
func checkWidth(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	wide, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth`))
	if err != nil {
		t.Fatal(err)
	}
	if wide > 360 {
		t.Errorf("%s: the page is %d px wide, want 360", name, wide)
	}
}

// TestFirstLoad: what a browser has to load before the first page is there, and all that there is, take less than 300 KB, compressed.
func TestFirstLoad(t *testing.T) {
	if !Built() {
		t.Skip("the console is not built: run `make console`")
	}
	index, err := dist.ReadFile("dist/index.html")
	if err != nil {
		t.Fatal(err)
	}
	first, all := compressed(t, "dist/index.html"), 0
	for _, found := range regexp.MustCompile(`(?:src|href)="/(assets/[^"]+)"`).FindAllStringSubmatch(string(index), -1) {
		first += compressed(t, "dist/"+found[1])
	}
	err = fs.WalkDir(dist, "dist", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasPrefix(path.Base(name), ".") {
			all += compressed(t, name)
		}
		return err
	})
	t.Logf("first load %d bytes, all %d bytes, compressed", first, all)
	if err != nil || first > 100_000 || all > 300_000 || first == 0 {
		t.Errorf("the first load is %d bytes, want 100 000 at most; all are %d, want 300 000 at most: %v", first, all, err)
	}
}

type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func compressed(t *testing.T, name string) int {
	t.Helper()
	content, err := dist.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var n counter
	w := gzip.NewWriter(&n)
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return int(n)
}
