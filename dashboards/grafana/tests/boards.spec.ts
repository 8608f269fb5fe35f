import { readdirSync, readFileSync } from "node:fs";
import { expect, offline, test, visit } from "./weir";

test.skip(...offline);

const folder = "provisioning/dashboards/weir";

for (const file of readdirSync(folder)) {
  test(`all panels of ${file} answer`, async ({ page, request, weir }) => {
    const board = JSON.parse(readFileSync(`${folder}/${file}`, "utf8"));
    const saved = await request.post("/api/dashboards/db", { data: { dashboard: { ...board, id: null, uid: `${board.uid}-test`, title: `${board.title} (test)` }, overwrite: true } });
    expect(saved.ok(), await saved.text()).toBeTruthy();
    const { url, uid } = await saved.json();
    const panels = board.panels.filter((p: { type: string }) => p.type !== "row").length;
    await visit(page, `${url}?var-datasource=${weir.uid}`, panels);
    await request.delete(`/api/dashboards/uid/${uid}`);
  });
}

test("the data source brings its dashboards", async ({ page, request, weir }) => {
  const there = await request.get("/api/dashboards/uid/weir-overview");
  test.skip(there.ok(), "Grafana has Weir's dashboards already: it provisions them, or they were imported");
  await page.goto(`/connections/datasources/edit/${weir.uid}/dashboards`);
  const row = page.getByRole("row").filter({ hasText: "Weir: overview" });
  const answer = page.waitForResponse((r) => r.url().includes("/api/dashboards/import"));
  await row.getByRole("button", { name: "Import" }).click();
  const imported = await (await answer).json();
  expect(imported.imported).toBe(true);
  await expect(row.getByRole("link", { name: "Weir: overview" })).toBeVisible();
  await visit(page, `${imported.importedUrl}?var-datasource=${weir.uid}`, 10);
  await request.delete(`/api/dashboards/uid/${imported.uid}`);
});
