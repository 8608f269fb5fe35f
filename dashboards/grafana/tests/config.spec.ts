import { expect, offline, pluginType, test, weirURL } from "./weir";

test.skip(...offline);

test("a data source finds Weir", async ({ createDataSourceConfigPage, page }) => {
  const config = await createDataSourceConfigPage({ type: pluginType });
  await page.getByLabel(/^URL/).fill(weirURL);
  await expect(config.saveAndTest()).toBeOK();
  await expect(config).toHaveAlert("success");
});

test("a wrong address is an error that says so", async ({ createDataSourceConfigPage, page }) => {
  const config = await createDataSourceConfigPage({ type: pluginType });
  await page.getByLabel(/^URL/).fill("http://127.0.0.1:1");
  await expect(config.saveAndTest()).not.toBeOK();
  await expect(config).toHaveAlert("error", { hasText: "127.0.0.1:1" });
});

test("secrets are kept and not shown again", async ({ createDataSourceConfigPage, page }) => {
  const config = await createDataSourceConfigPage({ type: pluginType });
  await page.getByLabel(/^URL/).fill(weirURL);
  await page.getByLabel(/^Token/).fill("secret");
  await page.getByLabel(/^Timeout/).fill("7");
  await expect(config.saveAndTest()).toBeOK();
  await page.reload();
  await expect(page.getByLabel(/^Token/)).toHaveValue("configured");
  await expect(page.getByLabel(/^Timeout/)).toHaveValue("7");
});
