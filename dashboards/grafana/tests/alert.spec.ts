import { expect, offline, test, write } from "./weir";

test.skip(...offline);

test("an alert rule evaluates a view", async ({ alertRuleEditPage, weir }) => {
  await alertRuleEditPage.alertRuleNameField.fill("Revenue");
  const query = await alertRuleEditPage.getQueryRow("A");
  await query.datasource.set(weir.name);
  await query.locator.getByLabel("Code", { exact: true }).click();
  await write(query.locator.getByRole("group", { name: "SQL" }), "SELECT window_start AS time, country, revenue FROM revenue WHERE $__timeFilter(window_start) ORDER BY time");
  await expect(alertRuleEditPage.evaluate()).toBeOK();
});
