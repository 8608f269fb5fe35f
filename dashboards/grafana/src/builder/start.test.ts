import { expect, test } from "vitest";
import type { Table } from "../schema";
import { start } from "./start";

const columns = [
  { name: "window_start", type: "TIMESTAMP" },
  { name: "window_end", type: "TIMESTAMP" },
  { name: "country", type: "VARCHAR" },
  { name: "orders", type: "BIGINT" },
  { name: "revenue", type: "DECIMAL(18,2)" },
];

test("a view begins with its numbers over its time, by its keys", () => {
  const table: Table = { schema: "main", name: "revenue", kind: "view", time: "window_start", keys: ["country"], columns };
  expect(start(table)).toEqual({
    view: "revenue",
    time: "window_start",
    groups: ["country"],
    measures: [
      { column: "orders", aggregate: "" },
      { column: "revenue", aggregate: "" },
    ],
  });
});

test("where nobody knows the keys they are the texts, and the time is the first", () => {
  expect(start({ schema: "main", name: "v", kind: "view", columns })).toMatchObject({ time: "window_start", groups: ["country"] });
});
