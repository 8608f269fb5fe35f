import { cpSync, readFileSync, writeFileSync } from "node:fs";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import packageJSON from "./package.json" with { type: "json" };

// Grafana loads module.js as an AMD module, and gives it these packages, of which it has one copy for all plugins.
const given = [/^@grafana\//, /^react$/, /^react-dom$/, /^rxjs($|\/)/, /^lodash$/, /^@emotion\//];

/** manifest puts beside module.js what else Grafana wants of a plugin: plugin.json with its version, pages, licence, pictures and dashboards. */
function manifest(): Plugin {
  return {
    name: "weir-manifest",
    closeBundle() {
      const text = readFileSync("src/plugin.json", "utf8");
      const today = new Date().toISOString().slice(0, 10);
      writeFileSync("dist/plugin.json", text.replace("%VERSION%", packageJSON.version).replace("%TODAY%", today));
      for (const file of ["README.md", "CHANGELOG.md"]) cpSync(file, `dist/${file}`);
      cpSync("../../LICENSE", "dist/LICENSE");
      cpSync("src/img", "dist/img", { recursive: true });
      cpSync("provisioning/dashboards/weir", "dist/dashboards", { recursive: true });
    },
  };
}

export default defineConfig({
  plugins: [manifest()],
  build: {
    target: "es2022",
    sourcemap: true,
    emptyOutDir: false, // the back end's executables are in it too
    lib: { entry: "src/module.ts", name: "weir", formats: ["umd"], fileName: () => "module.js" },
    rolldownOptions: { external: given, output: { globals: (id) => id } },
  },
  test: { include: ["src/**/*.test.ts"] },
});
