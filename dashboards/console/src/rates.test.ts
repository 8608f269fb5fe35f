import { expect, test } from "vitest";
import type { Status } from "./api";
import { engineRates, history, perSecond, pick, queryRates, sourceRate, waiting, type Sample } from "./rates";

function sample(at: number, rows: number): Sample {
  const status = {
    epoch: 1, commits: rows / 100, commit_ns: rows * 1e4,
    sources: [{ name: "s", records: rows * 2, partitions: [] }],
    queries: [{ view: "v", rows_in: rows, rows_out: rows / 10 }],
  };
  return { at, status: status as unknown as Status };
}

test("rates compare samples a few seconds apart", () => {
  const samples = [0, 1, 2, 3, 4, 5].map((s) => sample(s * 1000, s * 100));
  expect(pick(samples)!.map((s) => s.at)).toEqual([2000, 5000]);
  expect(queryRates(samples, "v")).toEqual({ rowsIn: 100, rowsOut: 10 });
  expect(sourceRate(samples, "s")).toBe(200);
  expect(engineRates(samples)).toEqual({ commits: 1, commitMs: 1 });
  expect(history(samples, "v")).toEqual([100, 100, 100, 100, 100]);
});

test("rates after a pause compare what there is", () => {
  expect(pick([sample(0, 0), sample(60_000, 600)])!.map((s) => s.at)).toEqual([0, 60_000]);
});

test("nothing is known from one sample, or of an unknown view", () => {
  expect(queryRates([sample(0, 0)], "v")).toBeNull();
  expect(queryRates([sample(0, 0), sample(1000, 1)], "other")).toBeNull();
});

test("a counter that starts again does not go backwards", () => {
  expect(perSecond(1000, 50, 1000)).toBe(50);
  expect(engineRates([sample(0, 1000), sample(1000, 100)])!.commitMs).toBeNull();
});

test("waiting is known if some partition tells", () => {
  const source = (...n: number[]) => ({ partitions: n.map((waiting) => ({ waiting })) }) as never;
  expect(waiting([source(3, -1, 4)])).toBe(7);
  expect(waiting([source(-1)])).toBeNull();
  expect(waiting([])).toBeNull();
});
