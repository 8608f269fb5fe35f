import { expect, test } from "vitest";
import { stacked } from "./stack";

test("each line stands on those before it, and a gap adds nothing", () => {
  expect(stacked([[1, 2, null], [10, null, 30], [100, 200, 300]])).toEqual([[1, 2, 0], [11, 2, 30], [111, 202, 330]]);
  expect(stacked([])).toEqual([]);
});
