import { expect, test as base } from "@grafana/plugin-e2e";
import type { APIRequestContext, Locator, Page } from "@playwright/test";

/** pluginType is the plugin's id; weirURL is where a Weir runs its demo. */
export const pluginType = "weirdb-weir-datasource";
export const weirURL = process.env.WEIR_URL ?? "http://127.0.0.1:8080";

/** offline is for test.skip: there is nothing to test in without a Grafana. */
export const offline: [boolean, string] = [!process.env.GRAFANA_URL, "GRAFANA_URL is not set: run `make test-grafana-e2e GRAFANA_URL=http://127.0.0.1:3000` beside a Grafana that loads dashboards/grafana/dist"];

interface Source {
  name: string;
  uid: string;
}

/** test gives tests a data source, weir, that asks the demo. It is there before any page is loaded: pages read the list of sources once. */
export const test = base.extend<{ weir: Source }>({
  weir: [
    async ({ request }, use, info) => {
      const name = `Weir ${info.testId.slice(-8)}`;
      const answer = await request.post("/api/datasources", { data: { name, type: pluginType, access: "proxy", url: weirURL } });
      expect(answer.ok(), await answer.text()).toBeTruthy();
      const { datasource } = await answer.json();
      await use({ name, uid: datasource.uid });
      await request.delete(`/api/datasources/uid/${datasource.uid}`);
    },
    { auto: true },
  ],
});

/** write puts SQL into an editor, in place of what is there, and leaves the editor. */
export async function write(editor: Locator, sql: string) {
  await editor.locator(".view-lines").first().click();
  const keyboard = editor.page().keyboard;
  await keyboard.press("ControlOrMeta+A");
  await keyboard.insertText(sql);
  await keyboard.press("Escape"); // completion
  await editor.locator("textarea, .native-edit-context").first().blur();
}

/** dashboard saves one panel of a type that asks a query, and opens it. */
export async function dashboard(page: Page, request: APIRequestContext, panel: { type: string; options?: object; query: object; source: Source; variables?: object[] }) {
  const datasource = { type: pluginType, uid: panel.source.uid };
  const targets = [{ refId: "A", datasource, ...panel.query }];
  const panels = [{ id: 1, type: panel.type, title: "Panel", gridPos: { x: 0, y: 0, w: 24, h: 16 }, options: panel.options, datasource, targets }];
  const answer = await request.post("/api/dashboards/db", { data: { dashboard: { title: `Weir ${Date.now()}`, time: { from: "now-15m", to: "now" }, panels, templating: { list: panel.variables ?? [] } } } });
  expect(answer.ok(), await answer.text()).toBeTruthy();
  const { url, uid } = await answer.json();
  await page.goto(url);
  return { remove: () => request.delete(`/api/dashboards/uid/${uid}`) };
}

export { expect };
