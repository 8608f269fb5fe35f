package console

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestNewPage: a view is checked while it is written, previewed, and created.
func TestNewPage(t *testing.T) {
	ctx := browserOf(t)
	api, server := serveFake(t)
	watch(ctx, t, server.URL)
	run(ctx, t, chromedp.Navigate(server.URL+"/new"), until(`document.querySelector(".cm-content") !== null`),
		until(at("new-create")+`.disabled === true`),
		write("SELECT bidz FROM bid"), until(at("new-error")+`?.dataset.position === "7"`),
		until(`document.querySelector(".cm-lintRange-error")?.textContent === "bidz"`))
	shot(ctx, t, "new-error")
	run(ctx, t, write("SELECT channel, count(*) AS bids FROM bid GROUP BY channel"),
		until(at("new-error")+` === null`), until(at("new-reads")+`?.textContent.includes("120,000 records of bid")`),
		ctrlEnter(), until(at("preview-result")+`?.querySelector("tbody td").textContent === "web"`),
		until(at("preview-note")+`.textContent.includes("Read 20000 of the newest events")`),
		until(at("preview-note")+`.textContent.includes("Nothing was created.")`),
		until(at("new-create")+`.disabled === true`)) // it has no name
	if body := api.took("/v1/preview"); !strings.Contains(body, `CREATE MATERIALIZED VIEW \"preview\" AS\nSELECT channel`) {
		t.Errorf("asked to preview %s", body)
	}
	shot(ctx, t, "new")
	run(ctx, t, until(at("board")+`.dataset.panels === "1"`), until(at("board-panel")+`.dataset.type === "table"`))
	const windows = "SELECT window_start, channel, count(*) AS bids, max(price) AS top FROM tumble(bid, date_time, INTERVAL '10 seconds') GROUP BY ALL"
	run(ctx, t, write(windows), until(at("board")+`?.dataset.panels === "3"`), // two measures, and the rows
		until(at("board")+`.textContent.includes("Download weir-view-hot.json")`),
		until(at("board-panel")+`.textContent.includes("lines, live")`), ctrlEnter(),
		until(`document.querySelectorAll('[data-testid="board-panel"] [data-testid="plot-points"][data-lines="4"]').length === 2`),
		until(`[...document.querySelectorAll('[data-testid="board-panel"] pre')].some((p) => p.textContent.includes("$__timeFilter"))`))
	shot(ctx, t, "new-board")
	run(ctx, t, write("SELECT channel, count(*) AS bids FROM bid GROUP BY channel"), until(at("new-checked")+`.textContent === "no mistake found"`))
	run(ctx, t, chromedp.Click(css("new-name")), chromedp.KeyEvent("hot"), pickOption("new-emit", "changes"),
		until(at("new-create")+`.disabled === false`), chromedp.Click(css("new-create")), until(`location.pathname === "/views/hot"`))
	if body := api.took("/v1/statements"); !strings.Contains(body, `CREATE MATERIALIZED VIEW hot WITH (emit = 'changes') AS\nSELECT channel, count(*) AS bids FROM bid GROUP BY channel`) {
		t.Errorf("asked to create %s", body)
	}
}

// TestNewPageReadOnly: where Weir is not writable the page previews, and says where the statement goes.
func TestNewPageReadOnly(t *testing.T) {
	ctx := browserOf(t)
	api, server := serveFake(t)
	api.readOnly = true
	watch(ctx, t, server.URL)
	run(ctx, t, chromedp.Navigate(server.URL+"/new"), until(`document.querySelector(".cm-content") !== null`),
		until(`document.querySelector("main").textContent.includes("without --writable")`), write("SELECT 1"), chromedp.Click(css("new-preview")),
		until(at("preview-result")+` !== null`), until(at("new-create")+`.disabled === true`))
}
