import { expect, offline, test } from "./weir";

test.skip(...offline);

test("an annotation begins with a preset, and gives events", async ({ annotationEditPage, page, weir }) => {
  await annotationEditPage.datasource.set(weir.name);
  await page.getByLabel("Begin with").click();
  await page.getByRole("option", { name: "Definitions" }).click();
  await expect(annotationEditPage.runQuery()).toBeOK();
  await expect(page.getByText(/^[1-9]\d* events/)).toBeVisible();
});
