import { expect, test } from "vitest";
import { drawnAs, isLive, shapeOfPanel, type Panel } from "./board";

const columns = ["window_start: TIMESTAMP", "country: VARCHAR", "value: DOUBLE", "lower: DOUBLE", "upper: DOUBLE"].map((text) => {
  const [name, type] = text.split(": ");
  return { name, type };
});

const lines: Panel = {
  id: 1,
  type: "timeseries",
  title: "Revenue",
  targets: [{ rawSql: "SELECT 1", live: true, builder: { time: "window_start", groups: ["country", "gone"], measures: [{ column: "value" }] } }],
};

test("a panel draws the columns that its query names", () => {
  expect(shapeOfPanel(lines, columns)).toEqual({ time: 0, keys: [1], measures: [2] });
  expect([drawnAs(lines), isLive(lines)]).toEqual(["lines", true]);
});

test("a panel of a band draws value and bounds", () => {
  const p: Panel = { id: 2, type: "timeseries", title: "Band", targets: [{ rawSql: "SELECT 1" }] };
  expect(shapeOfPanel(p, columns)).toEqual({ time: 0, keys: [], measures: [2, 3, 4] });
  expect(isLive(p)).toBe(false);
});

test("other panels draw no lines", () => {
  expect(shapeOfPanel({ id: 3, type: "table", title: "Rows" }, columns)).toBe(null);
  expect(drawnAs({ id: 3, type: "table", title: "Rows" })).toBe("rows");
});
