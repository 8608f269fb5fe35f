import { expect, test } from "vitest";
import { mentions } from "./names";

test("tables and their names behind FROM and JOIN", () => {
  expect(mentions('SELECT * FROM revenue r JOIN weir.late_rows AS l ON true JOIN "odd name" USING (x)')).toEqual([
    { table: "revenue", alias: "r" },
    { table: "weir.late_rows", alias: "l" },
    { table: "odd name", alias: "odd name" },
  ]);
});

test("a keyword is no alias, and a string no table", () => {
  expect(mentions("SELECT 'from x' FROM revenue WHERE true")).toEqual([{ table: "revenue", alias: "revenue" }]);
});

test("windows are over a table", () => {
  expect(mentions("FROM tumble(shop, ts, INTERVAL '1 minute')")).toEqual([{ table: "shop", alias: "shop" }]);
});

test("functions are no tables", () => {
  expect(mentions("SELECT * FROM range(10)")).toEqual([]);
});
