import { expect, test } from "vitest";
import { bytes, plain, rate, span, watermark } from "./format";

test("rates", () => {
  expect([0, 0.52, 42, 9999, 15_230, 2_345_678, null].map(rate)).toEqual(["0", "0.5", "42", "9,999", "15.2 k", "2.35 M", "–"]);
});

test("spans", () => {
  expect([12, 1500, 61_000, 3_700_000, 90_000_000, 86_400_000 * 1000].map(span)).toEqual(["12 ms", "1.5 s", "1 min 1 s", "1 h 1 min", "1 d 1 h", "2.7 years"]);
});

test("bytes", () => expect([0, 999, 1500, 2.5e9].map(bytes)).toEqual(["0 B", "999 B", "1.5 kB", "2.5 GB"]));

test("watermarks at the ends of time", () => {
  expect(watermark(-9223372036854775808).text).toBe("no event yet");
  expect(watermark(9223372036854775807).text).toBe("end of input");
  expect(watermark(1_767_261_600_500_000).text).toBe("2026-01-01 10:00:00");
  expect(watermark((Date.now() + 60_000) * 1000).behind).toMatch(/ahead$/);
});

test("values", () => {
  expect([null, "", 1, { a: [1] }, true].map((v) => plain(v))).toEqual(["NULL", "", "1", '{"a":[1]}', "true"]);
  expect(plain("2026-01-01T10:00:00Z", "TIMESTAMP WITH TIME ZONE")).toBe("2026-01-01 10:00:00Z");
  expect(plain("T", "VARCHAR")).toBe("T");
});
