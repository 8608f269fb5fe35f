import { readFileSync } from "node:fs";
import { expect, generate, test, visit } from "./weir";

// Takes the pictures of dashboards in docs: `make screenshots GRAFANA_URL=…`, which sets WEIR_SCREENSHOTS to their folder.

const folder = process.env.WEIR_SCREENSHOTS;
const filled = 5 * 60_000; // ms that Weir runs before a picture is taken

test("pictures of dashboards", async ({ page, request, weir }) => {
  test.setTimeout(filled + 180_000);
  const began = Date.now();
  const boards = ["overview", "anomalies"].map((name) => JSON.parse(readFileSync(`provisioning/dashboards/weir/${name}.json`, "utf8")));
  const urls: string[] = [];
  for (const board of boards) {
    const saved = await request.post("/api/dashboards/db", { data: { dashboard: { ...board, uid: `${board.uid}-picture` }, overwrite: true } });
    expect(saved.ok(), await saved.text()).toBeTruthy();
    urls.push((await saved.json()).url);
  }
  const made = await generate(request, "revenue");
  await page.waitForTimeout(Math.max(0, began + filled - Date.now()));
  const range = `var-datasource=${weir.uid}&from=now-5m&to=now&kiosk&theme=light`;
  for (const [name, url, height] of [["grafana-overview", urls[0], 1180], ["grafana-anomalies", urls[1], 1060], ["grafana-generated", made.url, 800]] as const) {
    await visit(page, `${url}?${range}`, 1);
    await page.setViewportSize({ width: 1280, height });
    await page.waitForTimeout(4000);
    await page.screenshot({ path: `${folder}/${name}.png` });
  }
  await made.remove();
  for (const board of boards) await request.delete(`/api/dashboards/uid/${board.uid}-picture`);
});
