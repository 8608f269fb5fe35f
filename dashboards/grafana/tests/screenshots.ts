import { readFileSync } from "node:fs";
import type { APIRequestContext, Locator, Page } from "@playwright/test";
import { dashboard, expect, generate, pluginType, source, test, weirURL } from "./weir";

// Takes the pictures of Grafana in docs: `make screenshots GRAFANA_URL=…`, which sets WEIR_SCREENSHOTS to their folder.

const folder = process.env.WEIR_SCREENSHOTS;
const examplesURL = process.env.EXAMPLES_URL ?? "http://127.0.0.1:8098"; // a Weir that has read the examples
const day = `from=${Date.UTC(2026, 2, 1)}&to=${Date.UTC(2026, 2, 2)}`; // that of their events
const width = 1200;

test("the anomaly explorer, over an example", async ({ page, request }) => {
  const examples = await named(request, "Examples", examplesURL);
  const url = await provisioned(request, "anomalies");
  await take(page, "grafana-anomalies", 1240, `${url}?var-datasource=${examples.uid}&var-view=readings&var-key=sensor&var-series=s05&${day}`);
});

test("the dashboard that an example's view gets", async ({ page, request }) => {
  const examples = await named(request, "Examples", examplesURL);
  const { url, remove } = await generate(request, "latency", examplesURL);
  await take(page, "grafana-latency", 1280, `${url}?var-datasource=${examples.uid}&${day}`);
  await remove();
});

test("the overview", async ({ page, request }) => {
  const weir = await named(request, "Weir of the shop", weirURL);
  await lasting(request, weir, "5 minutes");
  const url = await provisioned(request, "overview");
  await take(page, "grafana-overview", 1250, `${url}?var-datasource=${weir.uid}&from=now-5m&to=now`);
});

test("how a query is made", async ({ page, request }) => {
  const weir = await named(request, "Weir of the shop", weirURL);
  await lasting(request, weir, "2 minutes");
  const builder = { view: "revenue", time: "window_start", groups: ["country"], measures: [{ column: "revenue" }] };
  const rawSql = "SELECT window_start AS time, country, revenue\nFROM revenue\nWHERE $__timeFilter(window_start)\nORDER BY time";
  const query = { rawSql, format: 0, editorMode: "builder", builder, live: true };
  const board = await dashboard(page, request, { type: "timeseries", title: "Revenue by country", query, source: weir, from: "now-2m" });
  await take(page, "grafana-editor", 1240, `${board.url}?editPanel=1`);
  await board.remove();
});

/** named adds a data source whose name can stand in a picture, in place of that of an earlier one. */
async function named(request: APIRequestContext, name: string, url: string) {
  await request.delete(`/api/datasources/name/${name}`);
  return source(request, name, url);
}

/** lasting waits until Weir has metrics that are so old. */
async function lasting(request: APIRequestContext, weir: { uid: string }, age: string) {
  const rawSql = `SELECT min(time) < now()::TIMESTAMP - INTERVAL '${age}' AS lasting FROM weir.metrics`;
  const queries = [{ refId: "A", datasource: { type: pluginType, uid: weir.uid }, rawSql, format: 1 }];
  const ask = async () => (await (await request.post("/api/ds/query", { data: { queries, from: "now-1h", to: "now" } })).json()).results.A.frames?.[0]?.data.values[0][0];
  await expect.poll(ask, { timeout: 600_000 }).toBe(true);
}

/** provisioned saves one of Weir's dashboards. */
async function provisioned(request: APIRequestContext, name: string): Promise<string> {
  const board = JSON.parse(readFileSync(`provisioning/dashboards/weir/${name}.json`, "utf8"));
  const saved = await request.post("/api/dashboards/db", { data: { dashboard: { ...board, uid: `${board.uid}-picture` }, overwrite: true } });
  expect(saved.ok(), await saved.text()).toBeTruthy();
  return (await saved.json()).url;
}

async function take(page: Page, name: string, height: number, url: string) {
  await page.setViewportSize({ width, height });
  await page.goto(`${url}&refresh=1d&kiosk&theme=light`);
  await picture(page, name);
}

/** picture takes the page once all panels in sight are drawn. */
async function picture(page: Page, name: string) {
  await expect.poll(() => undrawn(page), { message: `panels of ${name} that are not drawn` }).toEqual([]);
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `${folder}/${name}.png`, animations: "disabled" });
}

/** undrawn lists the panels in sight that load, have an error, or show nothing, by their titles; all while the dashboard loads. */
async function undrawn(page: Page): Promise<string[]> {
  const panels = await page.getByTestId(/^data-testid Panel header/).all();
  const seen = await Promise.all(panels.map(async (p) => ((await inSight(page, p)) && !(await drawn(p)) ? p.getAttribute("data-testid") : undefined)));
  const loading = await page.getByRole("button", { name: "Cancel" }).count(); // which is Refresh otherwise
  return panels.length === 0 || loading > 0 ? ["all"] : seen.flatMap((title) => title ?? []);
}

async function inSight(page: Page, panel: Locator): Promise<boolean> {
  const box = await panel.boundingBox();
  return box !== null && box.y < page.viewportSize()!.height;
}

async function drawn(panel: Locator): Promise<boolean> {
  const wrong = panel.getByLabel("Panel loading bar").or(panel.getByTestId("data-testid Panel status error")).or(panel.getByText("No data", { exact: true }));
  const shown = panel.locator("canvas, [role=grid] [role=row], table tr").or(panel.getByTestId("data-testid panel content").getByText(/\d/));
  return (await wrong.count()) === 0 && (await shown.count()) > 0;
}
