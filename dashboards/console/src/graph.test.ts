import { expect, test } from "vitest";
import type { Query, Sink, Source, Status } from "./api";
import { BOX, graphOf } from "./graph";

const us = (s: number) => (Date.now() / 1000 - s) * 1e6;

function sample(at: number, n: number) {
  const source = (name: string) =>
    ({ name, connector: "kafka", state: "running", records: 100 * n, bytes: 10 * n, blocked_ns: 0.6e9 * n, dead_letters: 0, partitions: [{ partition: "0", next: 1, waiting: 40, watermark: us(5), state: "active" }] }) as Source;
  const query = {
    view: "hot", sql: "", sources: ["bid", "ask"], emit: "close", rows_in: 90 * n, rows_out: 7 * n, late_rows: 0, watermark: us(5), state: "backpressured", backpressure: "out",
    stages: [
      { name: "join", from: [{ source: "bid", stage: -1, rows: 50 * n }, { source: "ask", stage: -1, rows: 40 * n }], waiting: 3, watermark: us(6) },
      { name: "aggregate", from: [{ stage: 0, rows: 20 * n }], waiting: 0, watermark: us(6), held: { kind: "window", unit: "groups", count: 12, windows: 2 } },
    ],
    results: [{ stage: 1, rows: 7 * n }],
  } as Query;
  const sink = (name: string, view: string) =>
    ({ name, view, connector: "kafka", delivered: 6 * n, pending: 2, pending_bytes: 2_000_000, max_outbox: 1_000_000, failures: 1, state: "retrying", error: "down" }) as Sink;
  return { at, status: { sources: [source("bid"), source("ask"), source("other")], queries: [query], sinks: [sink("out", "hot"), sink("else", "x")] } as unknown as Status };
}

const samples = [sample(0, 1), sample(1000, 2)];

test("a graph has the query's sources, stages, view and sinks, and an edge for each way", () => {
  const g = graphOf(samples, "hot", false)!;
  expect(g.parts.map((p) => `${p.level} ${p.id}`)).toEqual(["0 source bid", "0 source ask", "1 stage 0", "2 stage 1", "3 view", "4 sink out"]);
  expect(g.flows.map((f) => `${f.from} > ${f.to}: ${f.label}; ${f.note}`)).toEqual([
    "source bid > stage 0: 50 rows/s; 40 wait",
    "source ask > stage 0: 40 rows/s; 40 wait",
    "stage 0 > stage 1: 20 rows/s; ",
    "stage 1 > view: 7.0 rows/s; ",
    "view > sink out: 6.0 rows/s; 2.0 MB wait",
  ]);
  expect(g.flows.map((f) => f.pressed)).toEqual([false, false, false, true, true]);
});

test("a part tells its lag, back-pressure and outbox", () => {
  const facts = (id: string) => Object.fromEntries(graphOf(samples, "hot", false)!.parts.find((p) => p.id === id)!.facts.map((f) => [f.name, f.value]));
  expect(facts("source bid")["back-pressure"]).toBe("its reader waits for the engine 60 % of the time");
  expect(facts("source bid").watermark).toMatch(/ behind$/);
  expect(facts("sink out")).toMatchObject({ state: "backpressured", outbox: "2.0 MB of 1.0 MB, 2 epochs", error: "down" });
  expect(facts("stage 1").holds).toBe("12 groups, 2 windows open");
});

test("parts do not lie on one another, in either direction", () => {
  for (const down of [false, true]) {
    const { parts, width, height } = graphOf(samples, "hot", down)!;
    for (const a of parts) {
      expect(a.x >= 0 && a.y >= 0 && a.x + BOX.width <= width && a.y + BOX.height <= height).toBe(true);
      for (const b of parts) if (a !== b) expect(Math.abs(a.x - b.x) >= BOX.width || Math.abs(a.y - b.y) >= BOX.height).toBe(true);
    }
    expect(down ? height > width : width > height).toBe(true);
  }
});

test("a query without stages goes from its source to its view", () => {
  const plain = samples.map((s) => ({ ...s, status: { ...s.status, queries: [{ ...s.status.queries![0], stages: [], results: [{ source: "bid", stage: -1, rows: 1 }] }] } }));
  expect(graphOf(plain, "hot", false)!.flows.map((f) => `${f.from} > ${f.to}`)).toEqual(["source bid > view", "view > sink out"]);
  expect(graphOf(plain, "nobody", false)).toBeNull();
});
