package console

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browserOf starts Chromium. Set WEIR_SHOTS to a folder to get pictures of the pages.
func browserOf(t *testing.T) context.Context {
	t.Helper()
	if !Built() {
		t.Skip("the console is not built: run `make console` (npm ci && npm run build in dashboards/console) first")
	}
	found, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed: apt-get install chromium")
	}
	// Flags of our own, not chromedp's defaults, so that the browser talks to nobody but the test.
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(found), chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1280, 1000)}
	for _, flag := range []string{"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "no-default-browser-check",
		"disable-background-networking", "disable-component-update", "disable-sync", "disable-default-apps", "disable-extensions",
		"disable-dev-shm-usage"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	allocated, stopProcess := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stopProcess)
	ctx, stop := chromedp.NewContext(allocated)
	t.Cleanup(stop)
	return ctx
}

// watch fails the test when the page throws, logs an error or asks another server.
func watch(ctx context.Context, t *testing.T, server string) {
	t.Helper()
	err := chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("the page threw %s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception)
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.ConsoleAPICalledTypeError {
				t.Errorf("the page logged an error: %s", e.Args[0].Value)
			}
		case *log.EventEntryAdded:
			if e.Entry.Source == log.EntrySourceSecurity {
				t.Errorf("the page broke its own policy: %s", e.Entry.Text)
			}
		case *network.EventRequestWillBeSent:
			if url := e.Request.URL; !strings.HasPrefix(url, server) && !strings.HasPrefix(url, "data:") && !strings.HasPrefix(url, "blob:") {
				t.Errorf("the page asks %s", url)
			}
		}
	})
	_, networkErr := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	_, runtimeErr := chromedp.Call(ctx, runtime.Enable, cdp.Empty{})
	_, logErr := chromedp.Call(ctx, log.Enable, cdp.Empty{})
	if err := errors.Join(err, networkErr, runtimeErr, logErr); err != nil {
		t.Fatal(err)
	}
}

// run does steps in the browser; pictures are taken where WEIR_SHOTS says.
func run(ctx context.Context, t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// until waits for a JavaScript expression to be true.
func until(expression string) chromedp.Action[chromedp.Void] {
	return chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(30*time.Second))
}

func at(testid string) string {
	return fmt.Sprintf(`document.querySelector('[data-testid="%s"]')`, testid)
}

func css(testid string) chromedp.CSS { return chromedp.CSS(fmt.Sprintf(`[data-testid="%s"]`, testid)) }

// shot takes a picture in both schemes, if WEIR_SHOTS names a folder.
func shot(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	folder := os.Getenv("WEIR_SHOTS")
	if folder == "" {
		return
	}
	for _, scheme := range []string{"light", "dark"} {
		media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media)
		run(ctx, t, chromedp.Sleep(300*time.Millisecond))
		picture, shotErr := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err := errors.Join(err, shotErr, os.WriteFile(filepath.Join(folder, name+"-"+scheme+".png"), picture, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOverviewPage(t *testing.T) {
	ctx := browserOf(t)
	api, server := serveFake(t)
	watch(ctx, t, server.URL)
	run(ctx, t, chromedp.Navigate(server.URL),
		until(`document.querySelectorAll('[data-testid="query-row"]').length === 3`),
		until(`document.querySelectorAll('[data-testid="source-row"] tbody tr').length === 3`),
		until(at("connection")+`.textContent === "live"`),
		until(at("epoch")+`.textContent === "40"`))
	api.commit()
	run(ctx, t, until(at("epoch")+`.textContent === "41"`),
		until(at("query-row")+`.querySelector(".n").textContent.endsWith("k")`)) // a rate, from two samples
	shot(ctx, t, "overview")
	run(ctx, t, chromedp.Click(chromedp.CSS(`[data-view="hot"] a`)), until(`location.pathname === "/views/hot"`))

	server.CloseClientConnections()
	server.Listener.Close()
	run(ctx, t, until(at("connection")+`.classList.contains("lost")`))
}

func TestViewPage(t *testing.T) {
	ctx := browserOf(t)
	api, server := serveFake(t)
	watch(ctx, t, server.URL)
	const points = `.dataset.points`
	last := func(windows int) string {
		return begin.Add(time.Duration(windows) * 10 * time.Second).Format("2006-01-02T15:04:05.000Z")
	}
	run(ctx, t, chromedp.Navigate(server.URL+"/views/hot"),
		until(at("plot-points")+`?.dataset.points === "480"`),
		until(at("plot-points")+`.dataset.lastX === "`+last(120)+`"`),
		until(at("live-plot")+`.querySelector("canvas").width > 600`),
		until(at("view-table")+`.dataset.rows === "100"`))
	api.commit()
	run(ctx, t, until(at("plot-points")+points+` === "484"`),
		until(at("plot-points")+`.dataset.lastX === "`+last(121)+`"`),
		until(at("view-table")+`.querySelector("tbody td:nth-child(2)").textContent === "`+strings.Replace(last(121)[:19], "T", " ", 1)+`"`),
		until(at("stream-state")+`.textContent === "following commits"`))
	shot(ctx, t, "view")
	run(ctx, t, until(`document.querySelector("h1").textContent === "Hot channels"`), until(at("view-description")+`.textContent === "Bids in ten seconds."`),
		until(`[...document.querySelectorAll('[data-testid="view-table"] th')].some((h) => h.title === "highest price" && h.textContent.endsWith(", €"))`),
		tick("choice-y", "top"), until(at("plot-note")+`.textContent.startsWith("bids, top (highest price) by window_end")`),
		tick("choice-y", "bids"), until(at("plot-note")+`.textContent.startsWith("top (highest price), in €, by window_end")`),
		tick("choice-y", "bids"), tick("choice-y", "top"))
	run(ctx, t, tick("choice-by", "channel"), until(at("plot-points")+`.dataset.lines === "1"`), until(at("plot-points")+points+` === "121"`),
		until(`new URLSearchParams(location.search).get("by") === ""`))
}

// tick changes a column in a choice of several.
func tick(choice, column string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](at(choice) + `.querySelector('input[data-column="` + column + `"]').click()`)
}

// pickOption chooses in a list.
func pickOption(testid, value string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(s => { s.value = %q; s.dispatchEvent(new Event("change", { bubbles: true })) })(%s)`, value, at(testid)))
}

// TestViewPageSaysWhy: the page says why a window is open, keeps that current, and shows the partition that holds the watermark.
func TestViewPageSaysWhy(t *testing.T) {
	ctx := browserOf(t)
	api, server := serveFake(t)
	watch(ctx, t, server.URL)
	run(ctx, t, chromedp.Navigate(server.URL+"/views/hot"), until(at("why-summary")+`?.textContent.includes("window of epoch 40")`),
		chromedp.Click(chromedp.CSS(`[data-testid="why"] summary`)),
		until(at("why-holder")+`.textContent.startsWith("0 holds the watermark")`),
		until(`document.querySelectorAll('[data-testid="why-window"]').length === 1`))
	shot(ctx, t, "why")
	api.commit()
	run(ctx, t, until(at("why-summary")+`.textContent.includes("window of epoch 41")`))
}

func TestViewPageWithoutTime(t *testing.T) {
	ctx := browserOf(t)
	api, server := serveFake(t)
	watch(ctx, t, server.URL)
	run(ctx, t, chromedp.Navigate(server.URL+"/views/totals"),
		until(`document.querySelectorAll(".bar").length === 4 && document.querySelector(".bar-value").textContent === "12,000"`))
	api.commit()
	run(ctx, t, until(`document.querySelector(".bar-value").textContent === "12,100"`))
	shot(ctx, t, "bars")
}

func TestUnknownViewPage(t *testing.T) {
	ctx := browserOf(t)
	_, server := serveFake(t)
	run(ctx, t, chromedp.Navigate(server.URL+"/views/nobody"), until(`document.querySelector('main a[href="/views/hot"]') !== null`))
}

// TestTokenPage: where a token is wanted the page asks for it once, and then does all it does without one, live changes too.
func TestTokenPage(t *testing.T) {
	ctx := browserOf(t)
	api, server := serveFake(t)
	api.mu.Lock()
	api.token = "s3cret"
	api.mu.Unlock()
	watch(ctx, t, server.URL)
	field := chromedp.CSS(`[data-testid="token-form"] input`)
	run(ctx, t, chromedp.Navigate(server.URL+"/views/hot"), until(at("token-form")+` !== null`),
		chromedp.SendKeys(field, "wrong\r"), until(at("token-form")+`.textContent.includes("not the right one")`),
		chromedp.SendKeys(field, "s3cret\r"), until(at("token-form")+` === null`), until(at("connection")+`.textContent === "live"`))
	run(ctx, t, until(at("stream-state")+`?.textContent === "following commits"`))
	epoch, _, _ := api.now()
	api.commit()
	run(ctx, t, until(fmt.Sprintf(`document.body.textContent.includes("window of epoch %d")`, epoch+1)))
	run(ctx, t, chromedp.Navigate(server.URL), until(`document.querySelectorAll('[data-testid="query-row"]').length === 3`)) // it is kept
}
