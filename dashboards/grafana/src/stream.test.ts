import type { DataFrame, DataQueryRequest } from "@grafana/data";
import { expect, test } from "vitest";
import type { WeirQuery } from "./query";
import { streamOptions } from "./stream";

const frame = (channel: string, length = 3) => ({ fields: [], length, meta: { channel } }) as DataFrame;
const request = (to: string) =>
  ({ maxDataPoints: 100, range: { from: { valueOf: () => 1000 }, to: { valueOf: () => 61_000 } }, rangeRaw: { from: "now-1m", to } }) as unknown as DataQueryRequest<WeirQuery>;

test("rows of a closing view are appended, for as long as the dashboard looks back", () => {
  expect(streamOptions(request("now"), frame("ds/u/view/abc"))).toEqual({ maxLength: 100, maxDelta: 60_000, action: "append" });
});

test("what the first answer had stays", () => {
  expect(streamOptions(request("now"), frame("ds/u/view/abc", 250)).maxLength).toBe(250);
});

test("a range that ends in the past limits no times", () => {
  expect(streamOptions(request("now-1h"), frame("ds/u/view/abc"))).toEqual({ maxLength: 100, action: "append" });
});

test("the state of an updating view replaces the one before, whole", () => {
  expect(streamOptions(request("now"), frame("ds/u/state/view/abc"))).toEqual({ maxLength: Infinity, maxDelta: Infinity, action: "replace" });
});
