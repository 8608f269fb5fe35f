import { expect, test } from "vitest";
import { sharedUnit, unitWord, withUnit } from "./unit";

test("a unit stands where people write it", () => {
  expect(["currencyEUR", "ms", "percent", "short", "", "boxes"].map((u) => withUnit("5", u))).toEqual(["€5", "5 ms", "5%", "5", "5", "5 boxes"]);
  expect(["currencyCHF", "celsius", "none", undefined].map((u) => unitWord(u))).toEqual(["CHF", "°C", "", ""]);
});

test("columns share a unit, or have none together", () => {
  expect(sharedUnit([{ unit: "ms" }, { unit: "ms" }])).toBe("ms");
  expect(sharedUnit([{ unit: "ms" }, {}])).toBe("");
  expect(sharedUnit([])).toBe("");
});
