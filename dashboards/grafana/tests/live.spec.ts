import type { Page } from "@playwright/test";
import { dashboard, expect, offline, test } from "./weir";

test.skip(...offline);

/** queries counts what a page asks of the data source from now on: live panels ask once. */
function queries(page: Page): { n: number } {
  const count = { n: 0 };
  page.on("request", (r) => {
    if (r.url().includes("/api/ds/query")) count.n++;
  });
  return count;
}

test("rows of a closing view come as its windows close", async ({ page, request, weir }) => {
  const asked = queries(page);
  const query = { rawSql: "SELECT * FROM revenue", format: 1, editorMode: "builder", builder: { view: "revenue" }, live: true };
  const board = await dashboard(page, request, { type: "stat", query, source: weir });
  const shown = page.getByTestId(/Panel header/).first();
  await expect(shown).toContainText(/\d/);
  const before = await shown.innerText();
  await expect.poll(() => shown.innerText(), { timeout: 30_000 }).not.toBe(before);
  expect(asked.n).toBe(1);
  await board.remove();
});

test("an updating view shows its whole state, and no row twice", async ({ page, request, weir }) => {
  const asked = queries(page);
  const query = { rawSql: "SELECT * FROM totals", format: 1, editorMode: "builder", builder: { view: "totals" }, live: true };
  const tiles = { reduceOptions: { values: true, calcs: [], fields: "/^events$/" }, textMode: "value_and_name" };
  const board = await dashboard(page, request, { type: "stat", options: tiles, query, source: weir });
  const placed = page.getByText("order.placed events", { exact: true });
  await expect(placed).toHaveCount(1);
  const shown = page.getByTestId(/Panel header/).first();
  const before = await shown.innerText();
  await expect.poll(() => shown.innerText(), { timeout: 30_000 }).not.toBe(before);
  await expect(placed).toHaveCount(1);
  expect(asked.n).toBe(1);
  await board.remove();
});
