import { dashboard, expect, offline, test } from "./weir";

test.skip(...offline);

for (const preset of ["Anomalies of bands", "Late rows", "Dead letters", "Restarts and failures", "Definitions"]) {
  test(`an annotation begins as "${preset}", and gives events`, async ({ annotationEditPage, page, weir }) => {
    await annotationEditPage.datasource.set(weir.name);
    await page.getByLabel("Begin with").click();
    await page.getByRole("option", { name: preset }).click();
    await expect
      .poll(async () => {
        await expect(annotationEditPage.runQuery()).toBeOK();
        await expect(page.getByRole("button", { name: "Test annotation query" })).toBeVisible(); // it goes while a query runs
        return page.getByText(/^[1-9]\d* events/).count();
      })
      .toBe(1); // anomalies and late rows take their time
  });
}

test("what an annotation begins with is run", async ({ annotationEditPage, page, weir }) => {
  await annotationEditPage.datasource.set(weir.name);
  const asked = page.waitForRequest((r) => r.url().includes("/api/ds/query") && !!r.postData()?.includes("weir.catalog"));
  await page.getByLabel("Begin with").click();
  await page.getByRole("option", { name: "Definitions" }).click();
  await asked;
});

test("restarts are marked on a panel", async ({ page, request, weir }) => {
  const sql = `SELECT "at" AS time, kind AS title, message AS text FROM weir.events WHERE $__timeFilter("at") ORDER BY time`;
  const target = { refId: "A", rawSql: sql, format: 1, editorMode: "code" };
  const annotations = [{ name: "Restarts", enable: true, iconColor: "red", datasource: { type: "weirdb-weir-datasource", uid: weir.uid }, target }];
  const query = { rawSql: "SELECT window_start AS time, sum(orders) AS orders FROM revenue WHERE $__timeFilter(window_start) GROUP BY ALL ORDER BY 1", format: 0, editorMode: "code" };
  const board = await dashboard(page, request, { type: "timeseries", query, source: weir, from: "now-6h", annotations });
  const marks = page.getByTestId("data-testid annotation-marker");
  await expect(marks.last()).toBeVisible();
  await marks.last().hover(); // which lies above the others
  await expect(page.getByText("start", { exact: true }).first()).toBeVisible();
  await board.remove();
});
