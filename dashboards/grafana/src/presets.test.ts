import { expect, test } from "vitest";
import { presets } from "./presets";
import { emptySchema } from "./schema";

test("a view with a flag gives anomalies", () => {
  const columns = [{ name: "window_start", type: "TIMESTAMP" }, { name: "sensor", type: "VARCHAR" }, { name: "is_anomaly", type: "BOOLEAN" }];
  const found = presets({ ...emptySchema, tables: [{ schema: "main", name: "scores", kind: "view", time: "window_start", keys: ["sensor"], columns }] });
  expect(found[0].sql).toBe(
    `SELECT window_start AS time, 'anomaly in scores' || ', ' || sensor AS text, 'anomaly' AS tags
FROM scores
WHERE $__timeFilter(window_start) AND is_anomaly
ORDER BY time`,
  );
});

test("late rows, dead letters and definitions are everywhere", () => {
  expect(presets(emptySchema).map((p) => p.name)).toEqual(["Late rows", "Dead letters", "Definitions"]);
});

test("events and alerts are there where Weir keeps them", () => {
  const tables = ["events", "alerts"].map((name) => ({ schema: "weir", name, kind: "system", columns: [] }));
  expect(presets({ ...emptySchema, tables }).map((p) => p.name)).toEqual(["Late rows", "Dead letters", "Alerts", "Restarts and failures", "Definitions"]);
});
