import { expect, test } from "vitest";
import { choiceOf, guess, NONE, NOW, withChoice } from "./choice";

const columns = [
  { name: "window_start", type: "TIMESTAMP" },
  { name: "window_end", type: "TIMESTAMP" },
  { name: "a,b", type: "VARCHAR" },
  { name: "bids", type: "BIGINT" },
  { name: "top", type: "DECIMAL(18,2)" },
];
const sql = "SELECT window_start, window_end, x AS \"a,b\", count(*) AS bids, max(y) AS top FROM t GROUP BY ALL";
const ask = (text: string) => choiceOf(new URLSearchParams(text), columns, sql);

test("nothing said is a guess", () => {
  expect(ask("")).toEqual({ x: "window_end", y: [3], by: [2], kind: "line" });
});

test("what is said counts, and comes back from the address", () => {
  for (const choice of [
    { x: "window_start", y: [4, 3], by: [], kind: "area" as const },
    { x: NOW, y: [3], by: [2], kind: "points" as const },
    { x: NONE, y: [4], by: [2, 1], kind: "bars" as const },
  ]) {
    const query = withChoice(new URLSearchParams("other=1"), choice, columns, sql);
    expect(choiceOf(new URLSearchParams(query.toString()), columns, sql)).toEqual(choice);
    expect(query.get("other")).toBe("1");
  }
});

test("the guess leaves the address as it is", () => {
  expect(withChoice(new URLSearchParams("kind=area"), guess(columns, sql), columns, sql).toString()).toBe("");
});

test("what does not fit the columns is guessed", () => {
  expect(ask("x=bids&y=a%252Cb,nosuch&by=nosuch&kind=pie")).toEqual({ x: "window_end", y: [3], by: [], kind: "line" });
});
