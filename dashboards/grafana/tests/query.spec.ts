import { expect, offline, test, write } from "./weir";

test.skip(...offline);

test("the builder makes SQL that runs", async ({ panelEditPage, page, weir }) => {
  await panelEditPage.datasource.set(weir.name);
  const row = panelEditPage.getQueryEditorRow("A");
  await row.getByLabel("View", { exact: true }).click();
  await page.getByRole("option", { name: "revenue" }).click();
  await expect(row.getByLabel("Generated SQL")).toContainText("$__timeFilter(window_start)");
  const answer = page.waitForResponse((r) => r.url().includes("/api/ds/query"));
  await row.getByRole("button", { name: "Run query" }).click();
  const frames = (await (await answer).json()).results.A.frames;
  expect(frames[0].schema.fields.map((f: { name: string }) => f.name)).toContain("revenue");
});

test("SQL runs with Ctrl and Enter, macros in it", async ({ panelEditPage, page, weir }) => {
  await panelEditPage.datasource.set(weir.name);
  const row = panelEditPage.getQueryEditorRow("A");
  await row.getByLabel("Code", { exact: true }).click();
  await write(row.getByRole("group", { name: "SQL" }), "SELECT max(window_start) AS time, count(*) AS windows, 'it''s' AS text FROM revenue WHERE $__timeFilter(window_start)");
  await row.locator(".view-lines").click();
  const answer = page.waitForResponse((r) => r.url().includes("/api/ds/query"));
  await page.keyboard.press("ControlOrMeta+Enter");
  expect(await (await answer).text()).toContain("it's");
});

test("a mistake is marked while one types, with what may have been meant", async ({ panelEditPage, weir }) => {
  await panelEditPage.datasource.set(weir.name);
  const row = panelEditPage.getQueryEditorRow("A");
  await row.getByLabel("Code", { exact: true }).click();
  await write(row.getByRole("group", { name: "SQL" }), "SELECT cuntry FROM revenue");
  await expect(row.getByRole("status")).toContainText("cuntry");
  await expect(row.getByRole("status")).toContainText("country");
  await expect(row.locator(".squiggly-error")).toBeVisible();
  await write(row.getByRole("group", { name: "SQL" }), "SELECT country FROM revenue");
  await expect(row.getByRole("status")).toHaveText("Valid");
});

test("views, columns and macros are completed", async ({ panelEditPage, page, weir }) => {
  await panelEditPage.datasource.set(weir.name);
  const row = panelEditPage.getQueryEditorRow("A");
  await row.getByLabel("Code", { exact: true }).click();
  await row.locator(".view-lines").click();
  await page.keyboard.type("SELECT * FROM reven");
  await expect(page.locator(".suggest-widget")).toContainText("revenue");
  await page.keyboard.press("Tab");
  await page.keyboard.type(" WHERE $__timeF");
  await expect(page.locator(".suggest-widget")).toContainText("$__timeFilter");
});

test("the statement is laid out", async ({ panelEditPage, weir }) => {
  await panelEditPage.datasource.set(weir.name);
  const row = panelEditPage.getQueryEditorRow("A");
  await row.getByLabel("Code", { exact: true }).click();
  await write(row.getByRole("group", { name: "SQL" }), "select country from revenue");
  await row.getByRole("button", { name: "Format" }).click();
  await expect(row.locator(".view-line")).toHaveCount(4);
});

test("Explore shows logs", async ({ explorePage, page, weir }) => {
  await explorePage.datasource.set(weir.name);
  const row = explorePage.getQueryEditorRow("A");
  await row.getByLabel("Code", { exact: true }).click();
  await row.getByLabel("Format").click();
  await page.getByRole("option", { name: "Logs" }).click();
  await write(row.getByRole("group", { name: "SQL" }), `SELECT window_start AS "timestamp", country || ' has sold' AS body FROM revenue WHERE $__timeFilter(window_start) ORDER BY 1 DESC LIMIT 10`);
  await row.getByRole("button", { name: "Run query" }).click();
  await expect(page.getByText("has sold").first()).toBeVisible();
});
