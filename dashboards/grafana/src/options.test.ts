import type { DataFrame } from "@grafana/data";
import { expect, test } from "vitest";
import { options } from "./options";

const frame = (...fields: [name: string, type: string, values: unknown[]][]) =>
  ({ length: fields[0][2].length, fields: fields.map(([name, type, values]) => ({ name, type, values, config: {} })) }) as unknown as DataFrame;

test("the first column is values and texts", () => {
  expect(options([frame(["country", "string", ["CH", null]], ["n", "number", [1, 2]])])).toEqual([
    { value: "CH", text: "CH" },
    { value: "", text: "" },
  ]);
});

test("columns called text and value, as other data sources spell them too", () => {
  expect(options([frame(["__text", "string", ["Tea"]], ["__value", "number", [7]])])).toEqual([{ value: "7", text: "Tea" }]);
});

test("times are in UTC, as SQL reads them", () => {
  expect(options([frame(["t", "time", [Date.UTC(2026, 2, 1, 10), Date.UTC(2026, 2, 1, 10, 0, 0, 250)]])]).map((o) => o.value)).toEqual([
    "2026-03-01 10:00:00",
    "2026-03-01 10:00:00.250",
  ]);
});
