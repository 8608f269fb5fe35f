package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/weirdb/weir/dashboards/console"
)

// openDemo runs the demo, in which the console may change things, and opens a browser.
func openDemo(t *testing.T) (ctx context.Context, demo *process, url string) {
	t.Helper()
	if !console.Built() {
		t.Skip("the console is not built: run `make console`")
	}
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed: apt-get install chromium")
	}
	demo = start(t, t.TempDir(), "demo", "--writable", "--listen", "127.0.0.1:0")
	return browse(t, chromium), demo, consoleURL(t, demo)
}

func do(ctx context.Context, t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func testid(id string) string { return fmt.Sprintf(`document.querySelector('[data-testid="%s"]')`, id) }

func click(id string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(fmt.Sprintf(`[data-testid="%s"]`, id)))
}

// typeSQL replaces what is in the page's editor, key by key; pasteSQL does at once.
func typeSQL(sql string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(selectSQL(), chromedp.KeyEvent(sql))
}

func pasteSQL(sql string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(selectSQL(), chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: sql})
		return err
	}))
}

func selectSQL() chromedp.Action[chromedp.Void] {
	return chromedp.Steps(until(`document.querySelector(".cm-content") !== null`),
		chromedp.Click(chromedp.CSS(".cm-content")), chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
}

// previewed asks for previews until one has rows: one that is over before anything could be read has none.
func previewed() chromedp.Action[chromedp.Void] {
	return until(testid("preview-result") + `?.dataset.rows > 0 || ` + testid("new-preview") + `.click()`) // a disabled button ignores it
}

// totalOrders is a view that a user writes in the console.
const totalOrders = `SELECT window_start, count(*) AS orders FROM tumble(shop, "timestamp", INTERVAL '1 second') WHERE eventType = 'order.placed' GROUP BY ALL`

// TestConsole goes the main ways through the console of a real Weir: the graph with rates, SQL with completion and a file, dead letters, and a view
// that is checked, previewed on live events, created and plotted.
func TestConsole(t *testing.T) {
	ctx, demo, url := openDemo(t)
	do(ctx, t, chromedp.Navigate(url+"/views/revenue?kind=area"), until(plot+`?.dataset.points > 20`),
		until(`document.querySelector('[data-from="source shop"]')?.textContent.includes("rows/s")`),
		until(`document.querySelector('[data-part="stage 0"]').textContent.includes("window")`),
		until(testid("why-summary")+`?.textContent.startsWith("revenue")`))

	do(ctx, t, chromedp.Navigate(url+"/sql"), until(`document.querySelector(".cm-content")?.textContent.startsWith('FROM "')`), // names have come
		typeSQL("SELECT eventTy"), until(`document.querySelector(".cm-tooltip-autocomplete")?.textContent.includes("eventType")`),
		pasteSQL("SELECT eventType, events FROM totals ORDER BY ALL"), click("sql-run"), until(testid("sql-result")+`?.dataset.rows > 3`),
		click("sql-plot"), until(`document.querySelectorAll(".bar").length > 3`))
	readAsParquet(ctx, t)

	do(ctx, t, chromedp.Navigate(url+"/letters"), until(testid("reasons")+`?.querySelectorAll("tbody tr").length > 0`),
		until(testid("letters")+`.querySelector("pre").textContent.length > 10`))

	do(ctx, t, chromedp.Navigate(url+"/new"), pasteSQL("SELECT nosuch FROM shop"), until(testid("new-error")+`?.dataset.position === "7"`),
		pasteSQL(totalOrders), until(testid("new-error")+` === null`), until(testid("new-reads")+`?.textContent.includes("shop")`),
		previewed(), until(testid("preview-note")+`.textContent.includes("of the newest events")`),
		click("new-name"), chromedp.KeyEvent("orders"), until(testid("new-create")+`.disabled === false`), click("new-create"),
		until(`location.pathname === "/views/orders"`), until(plot+`?.dataset.points > 5`))
	if code := demo.terminate(); code != 0 {
		t.Errorf("the demo ended with %d\n%s", code, demo.stderr.String())
	}
}

// readAsParquet has the page's file read by DuckDB, as Weir embeds it.
func readAsParquet(ctx context.Context, t *testing.T) {
	t.Helper()
	const ask = `fetch("/v1/sql", { method: "POST", headers: { Accept: "application/vnd.apache.parquet" }, body: "FROM totals" }).then(r => r.arrayBuffer())
		.then(b => { const text = new TextDecoder("latin1").decode(b); window.parquet = text.slice(0, 4) + text.slice(-4) })`
	do(ctx, t, chromedp.Evaluate[chromedp.Void]("void "+ask), until(`window.parquet === "PAR1PAR1"`))
}

// picture is a page of which a picture is taken: once ready holds, after a while in which it fills.
type picture struct {
	name, path, ready string
	wait              time.Duration
	steps             []chromedp.Action[chromedp.Void]
}

// TestScreenshots takes the pictures in the docs: `make screenshots`, which sets WEIR_SCREENSHOTS to their folder.
func TestScreenshots(t *testing.T) {
	folder := os.Getenv("WEIR_SCREENSHOTS")
	if folder == "" {
		t.Skip("it takes the pictures in docs: run `make screenshots`")
	}
	ctx, _, url := openDemo(t)
	screen(ctx, t, emulation.SetDeviceMetricsOverrideParams{Width: 1200, Height: 1080, DeviceScaleFactor: 1})
	do(ctx, t, chromedp.Navigate(url), chromedp.Sleep(40*time.Second)) // until there is something to see
	run := pasteSQL("SELECT window_start, country, revenue FROM revenue WHERE country IN ('DE', 'FR', 'IT') ORDER BY window_start")
	for _, p := range []picture{
		{name: "console", path: "/views/revenue?kind=area", ready: plot + `?.dataset.points > 20`},
		{name: "console-overview", path: "/", ready: testid("source-row") + ` !== null`, wait: 15 * time.Second},
		{name: "console-sql", path: "/sql", ready: `document.querySelector(".cm-content") !== null`, steps: []chromedp.Action[chromedp.Void]{
			run, click("sql-run"), click("sql-plot"), until(plot + `?.dataset.points > 20`)}},
		{name: "console-new", path: "/new", ready: `document.querySelector(".cm-content") !== null`, steps: []chromedp.Action[chromedp.Void]{
			pasteSQL(totalOrders), until(testid("new-reads") + ` !== null`), previewed()}},
		{name: "console-letters", path: "/letters", ready: testid("letters") + ` !== null`},
	} {
		take(ctx, t, url, folder, p)
	}
	screen(ctx, t, emulation.SetDeviceMetricsOverrideParams{Width: 360, Height: 780, DeviceScaleFactor: 2, Mobile: true})
	dark := chromedp.Evaluate[chromedp.Void](`document.documentElement.dataset.theme = "dark"; document.querySelector(".flows").scrollIntoView()`)
	take(ctx, t, url, folder, picture{name: "console-phone", path: "/views/revenue", ready: testid("part-facts") + ` !== null`, steps: []chromedp.Action[chromedp.Void]{dark}})
}

// screen makes the page as large as a screen.
func screen(ctx context.Context, t *testing.T, size emulation.SetDeviceMetricsOverrideParams) {
	t.Helper()
	if _, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, size); err != nil {
		t.Fatal(err)
	}
}

func take(ctx context.Context, t *testing.T, url, folder string, p picture) {
	t.Helper()
	do(ctx, t, chromedp.Navigate(url+p.path), until(p.ready), chromedp.Steps(p.steps...), chromedp.Sleep(max(p.wait, 4*time.Second)))
	shown, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, p.name+".png"), shown, 0o644); err != nil {
		t.Fatal(err)
	}
}
