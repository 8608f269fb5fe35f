import { dashboard, expect, offline, test, write } from "./weir";

test.skip(...offline);

test("a query's rows are a variable's values", async ({ variableEditPage, page, weir }) => {
  await variableEditPage.setVariableType("Query");
  await variableEditPage.datasource.set(weir.name);
  await write(page.getByRole("group", { name: "Variable query" }), "SELECT DISTINCT method FROM payments WHERE method = 'card'");
  await variableEditPage.runQuery();
  await expect(variableEditPage).toDisplayPreviews(["card"]);
});

test("a variable's values are quoted in a query", async ({ page, request, weir }) => {
  const sql = "SELECT $one AS bare, '$one' AS quoted, 'b' IN ($many) AS found";
  const variable = (name: string, values: string[]) => ({
    name,
    type: "custom",
    multi: name === "many",
    query: values.join(","),
    current: { text: values, value: name === "many" ? values : values[0] },
    options: values.map((v) => ({ text: v, value: v, selected: true })),
  });
  const sent = page.waitForRequest((r) => r.url().includes("/api/ds/query"));
  const board = await dashboard(page, request, { type: "stat", options: { reduceOptions: { values: true, calcs: [], fields: "/^quoted$/" } }, query: { rawSql: sql, format: 1, editorMode: "code" }, source: weir, variables: [variable("one", ["it's"]), variable("many", ["a", "b"])] });
  expect((await sent).postDataJSON().queries[0].rawSql).toBe("SELECT 'it''s' AS bare, 'it''s' AS quoted, 'b' IN ('a','b') AS found");
  await expect(page.getByText("it's").first()).toBeVisible();
  await board.remove();
});
