package console

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestLettersPage: reasons are counted, bytes are decoded, a reason and a source can be chosen, and letters are given again.
func TestLettersPage(t *testing.T) {
	ctx := browserOf(t)
	api, server := serveFake(t)
	watch(ctx, t, server.URL)
	run(ctx, t, chromedp.Navigate(server.URL), chromedp.Click(chromedp.CSS(`[data-source="bid"] a[href="/letters?source=bid"]`)),
		until(at("reasons")+`?.querySelectorAll("tbody tr").length === 2`),
		until(at("letters-source")+`.value === "bid"`),
		until(at("letters")+`.querySelectorAll("pre")[0].textContent === '{\n  "auction": 7,\n  "price": "free"\n}'`),
		until(at("letters")+`.querySelectorAll("pre")[1].textContent.startsWith("0000  ff 00 41")`),
		until(at("letters")+`.textContent.includes("tried again: still no JSON")`),
		until(at("late-counts")+`.dataset.rows === "1"`), until(at("late-rows")+`.textContent.includes('{"price":5}')`))
	shot(ctx, t, "letters")
	run(ctx, t, chromedp.Click(chromedp.CSS(`[data-testid="reasons"] button`)),
		until(`new URLSearchParams(location.search).get("reason")?.startsWith("column price")`),
		until(at("letters")+`.querySelectorAll("pre").length === 1`),
		until(at("replay-run")+`.textContent === "Replay 2 letters of bid with this reason"`),
		chromedp.Click(css("replay-run")),
		until(at("replay-said")+`.textContent.startsWith("2 of 3 counted now, 1 dead again (1: column price")`))
	if body := api.took("/v1/dead-letters/replay"); !strings.Contains(body, `"source":"bid"`) || !strings.Contains(body, "regexp_replace(") {
		t.Errorf("asked to replay %s", body)
	}
}

// TestLettersPageReadOnly: where Weir is not writable the page says how letters are replayed.
func TestLettersPageReadOnly(t *testing.T) {
	ctx := browserOf(t)
	api, server := serveFake(t)
	api.readOnly = true
	watch(ctx, t, server.URL)
	run(ctx, t, chromedp.Navigate(server.URL+"/letters"), until(at("replay-run")+`?.disabled === true`),
		until(at("replay-said")+`.textContent.includes("--writable")`),
		chromedp.Navigate(server.URL+"/letters?source=none"), until(`document.querySelector("main").textContent.includes("No dead letters: every record could be decoded.")`),
		until(`document.querySelector("main").textContent.includes("No late rows")`))
}
