package e2e

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/weirdb/weir/dashboards/console"
)

// plot is the element on which the console's live plot says how many points it draws, and the last one's x.
const plot = `document.querySelector('[data-testid="plot-points"]')`

// TestDemoMoves runs the demo as a user does, opens its console in Chromium, and wants the live plot to move.
func TestDemoMoves(t *testing.T) {
	if !console.Built() {
		t.Skip("the console is not built: run `make console`")
	}
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed: apt-get install chromium")
	}
	demo := start(t, t.TempDir(), "demo", "--listen", "127.0.0.1:0")
	ctx := browse(t, chromium)
	if err := chromedp.Do(ctx, chromedp.Navigate(consoleURL(t, demo)+"/views/revenue"), until(plot+`?.dataset.points > 20`)); err != nil {
		t.Fatalf("the plot does not appear: %v", err)
	}
	first, err := chromedp.Run(ctx, chromedp.Evaluate[string](plot+`.dataset.lastX`))
	if err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, until(fmt.Sprintf(`%s.dataset.lastX > %q`, plot, first))); err != nil {
		t.Fatalf("the plot stays at %s: %v", first, err)
	}
	if code := demo.terminate(); code != 0 {
		t.Errorf("the demo ended with %d\n%s", code, demo.stderr.String())
	}
}

// browse starts Chromium, with flags that keep it from talking to anyone but the test.
func browse(t *testing.T, chromium string) context.Context {
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(chromium), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1200, 860)}
	for _, flag := range []string{"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run",
		"disable-background-networking", "disable-component-update", "disable-sync", "disable-dev-shm-usage"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	allocated, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocated)
	t.Cleanup(cancel)
	return ctx
}

// until waits for a JavaScript expression to be true. If it does not become so, the error says what was waited for, and what the page shows.
func until(expression string) chromedp.Action[chromedp.Void] {
	poll := chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(patience))
	return func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		done, err := poll(ctx, tab)
		if err != nil {
			shown, _ := chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText`)(ctx, tab)
			err = fmt.Errorf("waiting for %s: %w\nthe page is %s", expression, err, shown)
		}
		return done, err
	}
}

// consoleURL waits for the demo to say where its console is.
func consoleURL(t *testing.T, p *process) string {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if url := regexp.MustCompile(`http://[0-9.:]+`).FindString(p.stderr.String()); url != "" {
			return url
		}
	}
	t.Fatalf("the demo does not say where it listens\n%s", p.stderr.String())
	return ""
}
