import { describe, expect, test } from "vitest";
import { MAX_LINES, Rows, seconds, Trace } from "./series";

const shape = { time: 0, keys: [1], measures: [2] };
const at = (s: number) => new Date(s * 1000).toISOString().slice(0, 19);

function rows(...list: unknown[][]) {
  const r = new Rows(shape);
  r.load(list);
  return r;
}

describe("lines", () => {
  test("has a line for each key and gaps where a key has no row", () => {
    const lines = rows([at(20), "b", 4], [at(10), "a", 1], [at(20), "a", "2.5"]).lines([2], [1]);
    expect(lines).toEqual({ x: [10, 20], names: ["a", "b"], y: [[1, 2.5], [null, 4]], points: 3, summed: false });
  });

  test("sums rows that fall on one point, and says so", () => {
    const lines = rows([at(10), "a", 1], [at(10), "b", 2]).lines([2], []);
    expect(lines).toEqual({ x: [10], names: [""], y: [[3]], points: 1, summed: true });
  });

  test("leaves out NULLs and the ends of time", () => {
    expect(rows([at(10), "a", null], ["infinity", "a", 1], [null, "a", 1]).lines([2], [1]).points).toBe(0);
  });

  test("draws the greatest lines if there are too many", () => {
    const all = Array.from({ length: 20 }, (_, i) => [at(10), `k${i}`, i]);
    const names = rows(...all).lines([2], [1]).names;
    expect(names).toHaveLength(MAX_LINES);
    expect(names).toContain("k19");
    expect(names).not.toContain("k11");
  });

  test("draws the newest times", () => {
    const all = Array.from({ length: 1000 }, (_, i) => [at(i), "a", i]);
    expect(rows(...all).lines([2], [1]).x).toEqual(Array.from({ length: 300 }, (_, i) => 700 + i));
  });
});

test("several measures have a line each, by name", () => {
  const lines = rows([at(10), "a", 1], [at(20), "a", 2]).lines([2, 2], [1], ["n", "m"]);
  expect([lines.names, lines.y]).toEqual([["m · a", "n · a"], [[1, 2], [1, 2]]]);
});

test("a trace draws what a table was when it was looked at", () => {
  const t = new Trace();
  t.add(100, [["web", 1], ["app", 5]]);
  t.add(101, [["web", 2]]);
  expect(t.lines([1], [0], ["n"])).toEqual({ x: [100, 101], names: ["app", "web"], y: [[5, null], [1, 2]], points: 3, summed: false });
});

describe("changes", () => {
  const points = (r: Rows) => r.lines([2], [1]).y;

  test("replace a row, whichever of the two comes first", () => {
    for (const changes of [
      [[-1, at(10), "a", 1], [1, at(10), "a", 2]],
      [[1, at(10), "a", 2], [-1, at(10), "a", 1]],
    ]) {
      const r = rows([at(10), "a", 1]);
      r.apply(changes);
      expect(points(r)).toEqual([[2]]);
    }
  });

  test("may come again without harm", () => {
    const r = rows([at(10), "a", 1]);
    for (let i = 0; i < 2; i++) r.apply([[-1, at(10), "a", 1], [1, at(10), "a", 2], [1, at(20), "a", 5]]);
    expect(points(r)).toEqual([[2, 5]]);
  });

  test("that cancel out change nothing", () => {
    const r = rows([at(10), "a", 1]);
    r.apply([[1, at(10), "a", 1], [-1, at(10), "a", 1]]);
    expect(points(r)).toEqual([[1]]);
  });

  test("never make the rows grow without bound", () => {
    const r = rows();
    for (let t = 0; t < 30_000; t += 1000) r.apply(Array.from({ length: 1000 }, (_, i) => [1, at(t + i), "a", 1]));
    expect(r.size).toBeLessThanOrEqual(20_000);
    expect(r.lines([2], [1]).x.at(-1)).toBe(29_999);
  });
});

test("times are in UTC, with or without a zone", () => {
  expect(seconds("1970-01-01T00:00:10.5")).toBe(10.5);
  expect(seconds("1970-01-01T00:00:10Z")).toBe(10);
  expect(seconds("1970-01-02")).toBe(86400);
  expect(seconds("infinity")).toBeNaN();
});
