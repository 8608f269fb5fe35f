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
  await expect.poll(() => shown.innerText()).not.toBe(before);
  expect(asked.n).toBe(1);
  await board.remove();
});

test("lines of a closing view's keys grow as its windows close", async ({ page, request, weir }) => {
  const asked = queries(page);
  const builder = { view: "revenue", time: "window_start", groups: ["country"], measures: [{ column: "orders" }], where: "$__conditionalAll(country IN ($country), $country)", whole: true };
  const query = { rawSql: "SELECT window_start AS time, country, orders FROM revenue WHERE $__timeFilter(window_start) ORDER BY 1", format: 0, editorMode: "code", builder, live: true };
  const chosen = { name: "country", type: "custom", multi: true, query: "DE,FR,IT", current: { text: ["DE", "FR"], value: ["DE", "FR"] }, options: ["DE", "FR", "IT"].map((v) => ({ text: v, value: v, selected: v !== "IT" })) };
  const legend = { legend: { showLegend: true, displayMode: "table", placement: "right", calcs: ["count"] } };
  const board = await dashboard(page, request, { type: "timeseries", options: legend, query, source: weir, variables: [chosen] });
  const shown = page.getByTestId(/VizLegend table/).or(page.getByRole("table")).first();
  await expect(shown).toContainText("DE");
  await expect(shown).toContainText("FR");
  await expect(shown).not.toContainText("IT");
  const before = await shown.innerText();
  await expect.poll(() => shown.innerText()).not.toBe(before);
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
  await expect.poll(() => shown.innerText()).not.toBe(before);
  await expect(placed).toHaveCount(1);
  expect(asked.n).toBe(1);
  await board.remove();
});
