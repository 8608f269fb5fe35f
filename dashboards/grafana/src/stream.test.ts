import type { DataFrame, DataQueryRequest } from "@grafana/data";
import { expect, test } from "vitest";
import type { WeirQuery } from "./query";
import { streamOptions } from "./stream";

const frame = (channel: string) => ({ fields: [], length: 3, meta: { channel } }) as DataFrame;
const request = (to: string) =>
  ({ maxDataPoints: 100, range: { from: { valueOf: () => 1000 }, to: { valueOf: () => 61_000 } }, rangeRaw: { from: "now-1m", to } }) as unknown as DataQueryRequest<WeirQuery>;

test("rows of a closing view are appended, for as long as the dashboard looks back", () => {
  expect(streamOptions(request("now"), frame("ds/u/view/abc"))).toEqual({ maxLength: 10_000, maxDelta: 60_000, action: "append" });
});

test("a panel that can draw more keeps more", () => {
  expect(streamOptions({ ...request("now"), maxDataPoints: 20_000 }, frame("ds/u/view/abc")).maxLength).toBe(20_000);
});

test("a range that ends in the past limits no times", () => {
  expect(streamOptions(request("now-1h"), frame("ds/u/view/abc"))).toEqual({ maxLength: 10_000, action: "append" });
});

test("the state of an updating view replaces the one before, whole", () => {
  expect(streamOptions(request("now"), frame("ds/u/state/view/abc"))).toEqual({ maxLength: 10_000, maxDelta: Infinity, action: "replace" });
});
