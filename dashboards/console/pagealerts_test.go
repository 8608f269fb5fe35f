package console

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestAlerts: the overview has the alerts, apart from the views, and how their instances stand.
func TestAlerts(t *testing.T) {
	ctx := browserOf(t)
	api, server := serveFake(t)
	api.alerting = true
	watch(ctx, t, server.URL)
	row := func(n string) string {
		return `document.querySelectorAll('[data-testid="alert-row"]')[` + n + `]?.innerText`
	}
	run(ctx, t, chromedp.Navigate(server.URL),
		until(at("alerts")+`?.textContent === "slow 2 firing"`),
		until(`document.querySelectorAll('[data-testid="alert-row"]').length === 2`),
		until(row("0")+`?.replace(/\s+/g, " ") === "slow firing 2026-01-01 12:00:00 2026-01-01 12:01:00 critical a is slow team=shop, host=a"`),
		until(row("1")+`?.includes("host=b")`),
		until(`![...document.querySelectorAll('[data-testid="query-row"]')].some(r => r.dataset.view === "slow")`))
	shot(ctx, t, "alerts")
}
