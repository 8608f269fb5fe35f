import { expect, generate, offline, test, visit } from "./weir";

test.skip(...offline);

for (const [view, panels] of [["revenue", 3], ["bands", 2], ["totals", 1]] as const) {
  test(`weir dashboard puts that of ${view} into Grafana`, async ({ page, request, weir }) => {
    const { url, remove } = await generate(request, view);
    await visit(page, `${url}?var-datasource=${weir.uid}&from=now-5m&to=now`, panels);
    await remove();
  });
}

test("the panels of bands, one for each country, ask for their own", async ({ page, request, weir }) => {
  const asked = new Set<string>();
  page.on("request", (r) => {
    if (!r.url().includes("/api/ds/query")) return;
    for (const q of r.postDataJSON().queries) for (const one of q.rawSql?.matchAll(/IN \('(\w\w)'\), '\1'/g) ?? []) asked.add(one[1]);
  });
  const { url, remove } = await generate(request, "bands");
  await visit(page, `${url}?var-datasource=${weir.uid}&from=now-5m&to=now`, 2);
  await expect.poll(() => [...asked]).toEqual(expect.arrayContaining(["AT", "CH", "DE"]));
  await remove();
});
