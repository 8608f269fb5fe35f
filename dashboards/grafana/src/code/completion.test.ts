import { expect, test } from "vitest";
import type { Schema } from "../schema";
import { suggest } from "./completion";

const schema: Schema = {
  tables: [
    { schema: "main", name: "revenue", kind: "view", emit: "close", time: "window_start", columns: [{ name: "window_start", type: "TIMESTAMP" }, { name: "order", type: "BIGINT", unit: "pieces" }] },
    { schema: "main", name: "payments", kind: "view", columns: [{ name: "method", type: "VARCHAR" }] },
    { schema: "weir", name: "late_rows", kind: "system", columns: [{ name: "event_time", type: "TIMESTAMP" }] },
  ],
  functions: [
    { name: "sum", kind: "aggregate", parameters: ["x"], description: "The sum." },
    { name: "sum", kind: "aggregate", parameters: ["x", "y"] },
    { name: "tumble", kind: "window", parameters: ["t", "ts", "size"] },
  ],
  macros: [{ name: "$__timeFilter", description: "Between the dashboard's times.", example: "FROM revenue WHERE $__timeFilter(f(window_start)) LIMIT (1)" }, { name: "$__interval" }],
};

/** labels completes at the | of a text. */
const labels = (text: string) => suggest(schema, text.replace("|", ""), text.indexOf("|")).map((s) => s.label);

test("behind FROM stand tables and what makes tables", () => {
  expect(labels("SELECT * FROM |")).toEqual(["revenue", "payments", "weir.late_rows", "tumble"]);
  expect(labels("SELECT * FROM a JOIN re|")).toEqual(["revenue", "payments", "weir.late_rows", "tumble"]);
});

test("behind a point stand columns, by alias too, or a schema's tables", () => {
  expect(labels("SELECT r.| FROM revenue r")).toEqual(["window_start", "order"]);
  expect(labels("SELECT payments.me| FROM payments")).toEqual(["method"]);
  expect(labels("SELECT * FROM weir.|")).toEqual(["weir.late_rows"]);
  expect(suggest(schema, "FROM weir.", 10)[0].insert).toBe("late_rows");
});

test("behind $ stand macros, and they are inserted as their example calls them", () => {
  expect(labels("WHERE $__t|")).toEqual(["$__timeFilter", "$__interval"]);
  expect(suggest(schema, "WHERE $", 7).map((s) => s.insert)).toEqual(["\\$__timeFilter(f(window_start))", "\\$__interval"]);
});

test("elsewhere the columns of the tables that are read come first", () => {
  const all = suggest(schema, "SELECT  FROM revenue", 7);
  const columns = all.filter((s) => s.kind === "column");
  expect(columns.map((s) => [s.label, s.insert, s.detail])).toEqual([
    ["window_start", "window_start", "TIMESTAMP"],
    ["order", '"order"', "BIGINT, pieces"],
  ]);
  expect(Math.max(...columns.map((s) => s.rank))).toBeLessThan(Math.min(...all.filter((s) => s.kind !== "column").map((s) => s.rank)));
  expect(all.filter((s) => s.label === "sum")).toHaveLength(1);
  expect(all.find((s) => s.label === "sum")!.insert).toBe("sum($0)");
});

test("nothing in strings and comments", () => {
  expect(labels("SELECT 'a |")).toEqual([]);
  expect(labels("-- from |")).toEqual([]);
  expect(labels("SELECT 'a' |")).not.toEqual([]);
  expect(labels("/* a */|")).not.toEqual([]);
});
