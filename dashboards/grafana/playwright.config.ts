import { dirname } from "node:path";
import { createRequire } from "node:module";
import type { PluginOptions } from "@grafana/plugin-e2e";
import { defineConfig } from "@playwright/test";

// The tests want a Grafana that runs with the plugin in it, and a Weir that runs its demo: tests/run starts the latter.
const grafana = process.env.GRAFANA_URL;
const login = dirname(createRequire(import.meta.url).resolve("@grafana/plugin-e2e"));

export default defineConfig<PluginOptions>({
  testDir: "tests",
  timeout: 900_000, // these end what will never come: nothing here depends on how fast a machine is
  expect: { timeout: 300_000 },
  workers: 1,
  reporter: [["list"]],
  use: {
    baseURL: grafana,
    viewport: { width: 1600, height: 1100 },
    launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] },
    screenshot: "only-on-failure",
  },
  projects: [
    ...(grafana ? [{ name: "login", testDir: `${login}/auth`, testMatch: [/.*\.js/] }] : []),
    ...(process.env.WEIR_SCREENSHOTS ? [{ name: "screenshots", testMatch: "screenshots.ts", dependencies: ["login"], use: { storageState: "playwright/.auth/admin.json" } }] : []),
    { name: "weir", dependencies: grafana ? ["login"] : [], use: grafana ? { storageState: "playwright/.auth/admin.json" } : {} },
  ],
});
