import { execFileSync } from "node:child_process";
import { expect, test as base } from "@grafana/plugin-e2e";
import type { APIRequestContext, Locator, Page, Response } from "@playwright/test";

/** pluginType is the plugin's id; weirURL is where a Weir runs its demo. */
export const pluginType = "weirdb-weir-datasource";
export const weirURL = process.env.WEIR_URL ?? "http://127.0.0.1:8080";

/** offline is for test.skip: there is nothing to test in without a Grafana. */
export const offline: [boolean, string] = [!process.env.GRAFANA_URL, "GRAFANA_URL is not set: run `make test-grafana-e2e GRAFANA_URL=http://127.0.0.1:3000` beside a Grafana that loads dashboards/grafana/dist"];

interface Source {
  name: string;
  uid: string;
}

const account = { user: process.env.GRAFANA_ADMIN_USER ?? "admin", password: process.env.GRAFANA_ADMIN_PASSWORD ?? "admin" };

/**
 * test gives tests a data source, weir, that asks the demo. It is there before any page is loaded: pages read the list of sources once. Each
 * test logs in, because Grafana wants a new session every ten minutes.
 */
export const test = base.extend<{ weir: Source }>({
  weir: [
    async ({ request, context }, use, info) => {
      for (const one of [request, context.request]) await one.post("/login", { data: account });
      const name = `Weir ${info.testId.slice(-8)} ${Date.now()}`;
      const { uid, remove } = await source(request, name, weirURL);
      await use({ name, uid });
      await remove();
    },
    { auto: true },
  ],
});

/** source adds a data source that asks a Weir. */
export async function source(request: APIRequestContext, name: string, url: string) {
  const answer = await request.post("/api/datasources", { data: { name, type: pluginType, access: "proxy", url } });
  expect(answer.ok(), await answer.text()).toBeTruthy();
  const { uid } = (await answer.json()).datasource;
  return { uid: uid as string, remove: () => request.delete(`/api/datasources/uid/${uid}`) };
}

/** write puts SQL into an editor, in place of what is there, and leaves the editor. */
export async function write(editor: Locator, sql: string) {
  await editor.locator(".view-lines").first().click();
  const keyboard = editor.page().keyboard;
  await keyboard.press("ControlOrMeta+A");
  await keyboard.insertText(sql);
  await keyboard.press("Escape"); // completion
  await editor.locator("textarea, .native-edit-context").first().blur();
}

interface Panel {
  type: string;
  title?: string;
  options?: object;
  query: object;
  source: { uid: string };
  from?: string; // now-15m unless it says otherwise
  variables?: object[];
  annotations?: object[];
}

/** dashboard saves one panel of a type that asks a query, and opens it. */
export async function dashboard(page: Page, request: APIRequestContext, panel: Panel) {
  const datasource = { type: pluginType, uid: panel.source.uid };
  const targets = [{ refId: "A", datasource, ...panel.query }];
  const panels = [{ id: 1, type: panel.type, title: panel.title ?? "Panel", gridPos: { x: 0, y: 0, w: 24, h: 16 }, options: panel.options, datasource, targets }];
  const answer = await request.post("/api/dashboards/db", { data: { dashboard: { title: `Weir ${Date.now()}`, time: { from: panel.from ?? "now-15m", to: "now" }, panels, templating: { list: panel.variables ?? [] }, annotations: { list: panel.annotations ?? [] } } } });
  expect(answer.ok(), await answer.text()).toBeTruthy();
  const { url, uid } = await answer.json();
  await page.goto(url);
  return { url: url as string, remove: () => request.delete(`/api/dashboards/uid/${uid}`) };
}

/** visit opens a dashboard as one whose panels are all in sight, and wants each to answer without an error: at least so many of them. */
export async function visit(page: Page, url: string, panels: number) {
  let asked = 0;
  const problems: string[] = [];
  const heard = async (r: Response) => {
    if (!r.url().includes("/api/ds/query")) return;
    asked++;
    const results: Record<string, { error?: string }> = (await r.json().catch(() => ({}))).results ?? {};
    problems.push(...Object.values(results).flatMap((x) => (x.error ? [x.error] : [])));
  };
  page.on("response", heard);
  await page.setViewportSize({ width: 1600, height: 3000 });
  await page.goto(`${url}&refresh=1d`); // one that asks again while it loads would load for ever on a slow machine
  await expect.poll(() => asked).toBeGreaterThanOrEqual(panels);
  await expect(page.getByLabel("Panel loading bar")).toHaveCount(0);
  await expect(page.getByText("An unexpected error happened")).toHaveCount(0);
  await expect(page.getByTestId("data-testid Panel status error")).toHaveCount(0);
  page.off("response", heard);
  expect(problems).toEqual([]);
}

/** generate has `weir dashboard` put a view's dashboard into Grafana, with a token of a service account as a user has one. */
export async function generate(request: APIRequestContext, view: string, server = weirURL) {
  const account = await (await request.post("/api/serviceaccounts", { data: { name: `weir ${Date.now()}`, role: "Editor" } })).json();
  const token = await (await request.post(`/api/serviceaccounts/${account.id}/tokens`, { data: { name: "weir" } })).json();
  const options = { encoding: "utf8", env: { ...process.env, GRAFANA_TOKEN: token.key } } as const;
  const said = execFileSync(process.env.WEIR!, ["dashboard", "--server", server, "--grafana", process.env.GRAFANA_URL!, view], options);
  const url = /http\S+(?=: )/.exec(said)?.[0];
  expect(url, said).toBeTruthy();
  const uid = /\/d\/([^/]+)/.exec(url!)![1];
  const remove = async () => {
    await request.delete(`/api/dashboards/uid/${uid}`);
    await request.delete(`/api/serviceaccounts/${account.id}`);
  };
  return { url: url!, remove };
}

export { expect };
