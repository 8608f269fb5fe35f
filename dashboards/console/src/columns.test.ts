import { expect, test } from "vitest";
import { orderColumn, shapeOf } from "./columns";

const columns = (text: string) => text.split(", ").map((c) => ({ name: c.split(" ")[0], type: c.split(" ").slice(1).join(" ") }));

test("a windowed view is drawn at the window's end, a line for each key", () => {
  const c = columns("window_start TIMESTAMP, window_end TIMESTAMP, channel VARCHAR, bids BIGINT, top DECIMAL(18,2)");
  expect(shapeOf(c, "SELECT …")).toEqual({ time: 1, keys: [2], measures: [3, 4] });
  expect(orderColumn(c)?.name).toBe("window_start");
});

test("a number that is selected as it stands by a grouping query is a key", () => {
  const c = columns("window_start TIMESTAMP, auction BIGINT, bids BIGINT, top BIGINT");
  const sql = "SELECT window_start, auction, count(*) AS bids, max(price) AS top FROM tumble(bid, ts, INTERVAL '1 second') GROUP BY ALL";
  expect(shapeOf(c, sql)).toEqual({ time: 0, keys: [1], measures: [2, 3] });
  expect(shapeOf(c, sql.replace("GROUP BY ALL", ""))).toEqual({ time: 0, keys: [], measures: [1, 2, 3] });
});

test("a column of any time will do, or none", () => {
  expect(shapeOf(columns("a VARCHAR, at TIMESTAMP WITH TIME ZONE, n DOUBLE"), "")).toEqual({ time: 1, keys: [0], measures: [2] });
  expect(shapeOf(columns("a VARCHAR, n HUGEINT"), "")).toEqual({ time: -1, keys: [0], measures: [1] });
});

test("lists and structs are neither keys nor measures", () => {
  expect(shapeOf(columns("t TIMESTAMP, tags VARCHAR[], place STRUCT(room_VARCHAR), ns INTEGER[]"), "")).toEqual({ time: 0, keys: [], measures: [] });
});

test("if every number is a key, the numbers are measures all the same", () => {
  expect(shapeOf(columns("t TIMESTAMP, a BIGINT"), "SELECT t, a FROM x GROUP BY ALL").measures).toEqual([1]);
});
