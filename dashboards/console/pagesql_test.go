package console

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// write replaces what is in the editor.
func write(sql string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(
		chromedp.Click(chromedp.CSS(".cm-content")), chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent(sql),
	)
}

func ctrlEnter() chromedp.Action[chromedp.Void] {
	return chromedp.KeyEvent("\r", chromedp.KeyModifiers(chromedp.ModifierCtrl))
}

func TestSQLPage(t *testing.T) {
	ctx := browserOf(t)
	_, server := serveFake(t)
	watch(ctx, t, server.URL)
	run(ctx, t, chromedp.Navigate(server.URL+"/sql"),
		until(`document.querySelector(".cm-content")?.textContent.includes('FROM "hot"')`),
		write("SELECT 42 AS answer"), chromedp.Click(css("sql-run")),
		until(at("sql-result")+`?.querySelector("tbody td").textContent === "42"`),
		until(at("sql-status")+`.textContent.startsWith("2 rows in ")`))
	shot(ctx, t, "sql")

	run(ctx, t, write("SELECT bidz FROM hot"), ctrlEnter(),
		until(at("sql-error")+`?.textContent.includes("Did you mean")`),
		until(at("sql-error")+`.dataset.position === "7"`),
		until(at("sql-error")+`.querySelector("pre").textContent.endsWith("\n"+" ".repeat(15)+"^")`),
		until(`document.querySelector(".cm-lintRange-error")?.textContent === "bidz"`))
	shot(ctx, t, "sql-error")

	run(ctx, t, chromedp.Reload(), until(`document.querySelectorAll(".past li").length === 2`),
		until(`document.querySelector(".cm-content")?.textContent === "SELECT bidz FROM hot"`),
		write("SELECT ho"), until(`document.querySelector(".cm-tooltip-autocomplete")?.textContent.includes("hot")`),
		write("SELECT tumb"), until(`document.querySelector(".cm-tooltip-autocomplete")?.textContent.includes("tumble")`))
	shot(ctx, t, "sql-complete")
}

// TestSQLPageStops: Esc and the button end what runs, and the server hears of it.
func TestSQLPageStops(t *testing.T) {
	ctx := browserOf(t)
	api, server := serveFake(t)
	watch(ctx, t, server.URL)
	stopped := func() {
		t.Helper()
		select {
		case <-api.stopped:
		case <-time.After(30 * time.Second):
			t.Error("the server's query goes on")
		}
	}
	run(ctx, t, chromedp.Navigate(server.URL+"/sql"), until(`document.querySelector(".cm-content")?.textContent.includes('FROM "hot"')`),
		write("SELECT slow"), ctrlEnter(), chromedp.Click(css("sql-stop")), until(at("sql-error")+`?.textContent === "stopped"`))
	stopped()
	run(ctx, t, write("SELECT slow"), ctrlEnter(), until(at("sql-stop")+` !== null`), chromedp.KeyEvent(kb.Escape), until(at("sql-stop")+` === null`))
	stopped()
}

// TestSQLPagePlots: a result with a time and numbers is drawn, and so is one without a time.
func TestSQLPagePlots(t *testing.T) {
	ctx := browserOf(t)
	_, server := serveFake(t)
	watch(ctx, t, server.URL)
	run(ctx, t, chromedp.Navigate(server.URL+"/sql"), until(`document.querySelector(".cm-content")?.textContent.includes('FROM "hot"')`),
		write(`SELECT * FROM "hot" ORDER BY window_start`), ctrlEnter(), chromedp.Click(css("sql-plot")),
		until(at("plot-points")+`?.dataset.points === "480"`),
		pickOption("choice-kind", "bars"), until(at("live-plot")+`.dataset.kind === "bars"`))
	shot(ctx, t, "sql-plot")
	run(ctx, t, write(`SELECT * FROM "totals" `), ctrlEnter(), until(`document.querySelectorAll(".bar").length === 4`))
}

// TestSQLPageDownloads: files come in the formats that the server has.
func TestSQLPageDownloads(t *testing.T) {
	ctx := browserOf(t)
	_, server := serveFake(t)
	watch(ctx, t, server.URL)
	folder := t.TempDir()
	behaviour := browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder}
	if _, err := chromedp.Call(ctx, browser.SetDownloadBehavior, behaviour); err != nil {
		t.Fatal(err)
	}
	run(ctx, t, chromedp.Navigate(server.URL+"/sql"), until(`document.querySelector(".cm-content")?.textContent.includes('FROM "hot"')`),
		write("SELECT 42 AS answer"), ctrlEnter(), until(at("sql-result")+` !== null`), chromedp.Click(css("sql-csv")), chromedp.Click(css("sql-parquet")))
	for _, name := range []string{"weir.csv", "weir.parquet"} {
		found := false
		for deadline := time.Now().Add(30 * time.Second); !found && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			text, err := os.ReadFile(filepath.Join(folder, name))
			found = err == nil && string(text) == "answer\n42\n"
		}
		if !found {
			t.Errorf("%s did not come", name)
		}
	}
}

// TestSQLPageKeepsWhatIsTyped: names that come late complete, and do not replace what has been typed meanwhile.
func TestSQLPageKeepsWhatIsTyped(t *testing.T) {
	ctx := browserOf(t)
	api, server := serveFake(t)
	hold := make(chan struct{})
	api.mu.Lock()
	api.holdSchema = hold
	api.mu.Unlock()
	run(ctx, t, chromedp.Navigate(server.URL+"/sql"), until(`document.querySelector(".cm-content") !== null`), write("SELECT "))
	close(hold)
	<-api.sentSchema
	run(ctx, t, chromedp.Sleep(500*time.Millisecond), chromedp.KeyEvent("ho"), until(`document.querySelector(".cm-tooltip-autocomplete")?.textContent.includes("hot")`),
		until(`document.querySelector(".cm-content").textContent === "SELECT ho"`))
}
