import { generate, offline, test, visit } from "./weir";

test.skip(...offline);

for (const [view, panels] of [["revenue", 3], ["bands", 2], ["totals", 1]] as const) {
  test(`weir dashboard puts that of ${view} into Grafana`, async ({ page, request, weir }) => {
    const { url, remove } = await generate(request, view);
    await visit(page, `${url}?var-datasource=${weir.uid}&from=now-5m&to=now`, panels);
    await remove();
  });
}
