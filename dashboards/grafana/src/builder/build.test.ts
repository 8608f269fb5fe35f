import { expect, test } from "vitest";
import { Format, type Built } from "../query";
import { build } from "./build";

const revenue: Built = { view: "revenue", time: "window_start" };

test("no view, no statement", () => {
  expect(build({ view: "" }, Format.Table)).toBe("");
});

test("a view's values over its time", () => {
  expect(build({ ...revenue, groups: ["country"], measures: [{ column: "orders" }, { column: "revenue", aggregate: "" }] }, Format.TimeSeries)).toBe(
    "SELECT window_start AS time, country, orders, revenue\nFROM revenue\nWHERE $__timeFilter(window_start)\nORDER BY time",
  );
});

test("steps, sums, a condition", () => {
  const b: Built = { ...revenue, step: "5m", groups: ["country"], measures: [{ column: "revenue", aggregate: "sum" }, { aggregate: "count" }], where: " country <> 'CH' OR true " };
  expect(build(b, Format.TimeSeries)).toBe(
    `SELECT $__timeGroup(window_start, '5m') AS time, country, sum(revenue) AS revenue, count(*) AS count
FROM revenue
WHERE $__timeFilter(window_start) AND (country <> 'CH' OR true)
GROUP BY ALL
ORDER BY time`,
  );
});

test("the dashboard's step", () => {
  expect(build({ ...revenue, step: "auto", measures: [{ column: "orders", aggregate: "max" }] }, Format.TimeSeries)).toContain("$__timeGroup(window_start, $__interval) AS time");
});

test("two aggregates of one column have names of their own", () => {
  expect(build({ ...revenue, measures: [{ column: "orders", aggregate: "min" }, { column: "orders", aggregate: "max" }] }, Format.Table)).toContain(
    "min(orders) AS min_orders, max(orders) AS max_orders",
  );
});

test("the last value is the one of the latest time", () => {
  expect(build({ ...revenue, measures: [{ column: "orders", aggregate: "last" }] }, Format.Table)).toContain("arg_max(orders, window_start) AS orders");
  expect(build({ view: "totals", measures: [{ column: "events", aggregate: "last" }] }, Format.Table)).toContain("last(events) AS events");
});

test("a table's newest rows", () => {
  expect(build({ ...revenue, limit: 10 }, Format.Table)).toBe("SELECT *\nFROM revenue\nWHERE $__timeFilter(window_start)\nORDER BY window_start DESC\nLIMIT 10");
});

test("log lines begin with a timestamp", () => {
  expect(build({ view: "weir.late_rows", time: "event_time", limit: 100 }, Format.Logs)).toBe(
    'SELECT event_time AS "timestamp", * EXCLUDE (event_time)\nFROM weir.late_rows\nWHERE $__timeFilter(event_time)\nORDER BY "timestamp" DESC\nLIMIT 100',
  );
});

test("without a time the greatest come first", () => {
  expect(build({ view: "totals", groups: ["eventType"], measures: [{ column: "events", aggregate: "sum" }], limit: 5 }, Format.Table)).toBe(
    "SELECT eventType, sum(events) AS events\nFROM totals\nGROUP BY ALL\nORDER BY events DESC\nLIMIT 5",
  );
});

test("names that need quotes have them", () => {
  expect(build({ view: "my view", time: "time", groups: ["order"] }, Format.TimeSeries)).toBe('SELECT time, "order"\nFROM "my view"\nWHERE $__timeFilter(time)\nORDER BY time');
});
