import { defineConfig } from "vitest/config";

// `npm run dev` serves the page with live reload and passes API calls on to a Weir on this machine.
export default defineConfig({
  // Scripts and styles get names with their hash, so that browsers may keep them for good.
  build: { target: "es2022", assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
  test: { css: true, testTimeout: 60_000 }, // palette.test.ts reads the styles
  server: { proxy: { "/v1": "http://127.0.0.1:8080" } },
});
