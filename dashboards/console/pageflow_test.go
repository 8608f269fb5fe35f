package console

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestGraph: a view's graph has its sources, stages and sinks with their rates, a key goes from part to part, and what is chosen tells all.
func TestGraph(t *testing.T) {
	ctx := browserOf(t)
	api, server := serveFake(t)
	watch(ctx, t, server.URL)
	part := func(id string) string { return `document.querySelector('[data-part="` + id + `"]')` }
	run(ctx, t, chromedp.Navigate(server.URL+"/views/hot"),
		until(`[...document.querySelectorAll('[data-testid="part"]')].map(p => p.dataset.part).join() === "source bid,stage 0,view,sink alerts"`),
		until(`document.querySelectorAll('[data-testid="flow"]').length === 3`),
		until(`document.querySelector('[data-to="view"]').textContent.includes("rows/s")`),
		until(`document.querySelector('[data-from="source bid"]').textContent.includes("1,510 wait")`),
		until(part("source bid")+`.classList.contains("holds")`), // partition 0 does
		chromedp.Evaluate[chromedp.Void](part("view")+`.focus()`), chromedp.KeyEvent(kb.ArrowLeft),
		until(`document.activeElement.dataset.part === "stage 0"`),
		until(at("part-facts")+`.textContent.includes("1,203 groups, 1 window open")`),
		chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight),
		until(`document.activeElement.dataset.part === "sink alerts"`),
		until(at("part-facts")+`.textContent.includes("0 B of 1.0 GB")`))
	shot(ctx, t, "graph")
	api.mu.Lock()
	api.pressed = true
	api.mu.Unlock()
	run(ctx, t, until(part("sink alerts")+`.textContent.includes("backpressured")`), until(part("sink alerts")+`.textContent.includes("1.2 GB of 1.0 GB")`),
		until(`document.querySelector('[data-to="sink alerts"]').classList.contains("pressed")`),
		until(part("view")+`.classList.contains("backpressured")`))
	shot(ctx, t, "graph-backpressured")
}

// TestGraphOnAPhone: on a narrow page the graph goes from top to bottom, and nothing is wider than the page.
func TestGraphOnAPhone(t *testing.T) {
	ctx := browserOf(t)
	_, server := serveFake(t)
	watch(ctx, t, server.URL)
	phone(ctx, t)
	run(ctx, t, chromedp.Navigate(server.URL+"/views/hot"), until(`document.querySelector(".graph svg")?.classList.contains("down")`),
		until(`document.querySelector(".graph svg").getBoundingClientRect().right <= 360`))
	shot(ctx, t, "phone-view")
}

// TestPlotChoices: what is plotted is chosen by columns, and the address keeps it.
func TestPlotChoices(t *testing.T) {
	ctx := browserOf(t)
	api, server := serveFake(t)
	watch(ctx, t, server.URL)
	run(ctx, t, chromedp.Navigate(server.URL+"/views/hot?kind=area&y=bids,top&by=&x=window_start"),
		until(at("plot-points")+`?.dataset.lines === "2"`), until(at("live-plot")+`.dataset.kind === "area"`),
		until(at("plot-points")+`.dataset.points === "240"`),
		tick("choice-y", "bids"), until(at("plot-points")+`.dataset.lines === "1"`),
		until(`new URLSearchParams(location.search).get("y") === "top"`),
		pickOption("choice-kind", "points"), chromedp.Reload(),
		until(at("live-plot")+`?.dataset.kind === "points"`), until(at("plot-points")+`.dataset.lines === "1"`))
	shot(ctx, t, "plot-points")
	run(ctx, t, chromedp.Navigate(server.URL+"/views/totals?x=~now"), // an updating view without a time: as it changes
		until(at("plot-points")+`?.dataset.lines === "4"`), until(at("plot-points")+`.dataset.points === "4"`))
	api.commit()
	run(ctx, t, until(at("plot-points")+`.dataset.points === "8"`))
	shot(ctx, t, "plot-now")
}

// TestPlotOfAnUpdatingView: rows that are taken back leave the plot.
func TestPlotOfAnUpdatingView(t *testing.T) {
	ctx := browserOf(t)
	api, server := serveFake(t)
	run(ctx, t, chromedp.Navigate(server.URL+"/views/moving"), until(at("plot-points")+`?.dataset.points === "4"`))
	api.commit()
	run(ctx, t, until(at("view-table")+`.textContent.includes("web1211.5")`), until(at("plot-points")+`.dataset.points === "4"`))
}

// phone makes the page as narrow as a small phone's.
func phone(ctx context.Context, t *testing.T) {
	t.Helper()
	if _, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 360, Height: 760, DeviceScaleFactor: 2, Mobile: true}); err != nil {
		t.Fatal(err)
	}
}
